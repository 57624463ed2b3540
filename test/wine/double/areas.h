// Memory that the machine lends to its processes: named mappings, so that their addresses are real and a second process can map them too.
#pragma once

#include <napi.h>
#include <windows.h>

#include <cstdint>
#include <map>
#include <string>

namespace winbackup::doubles {

/** The areas of one environment; used on its thread only. */
class Areas {
 public:
  /** { base: bigint, buffer: ArrayBuffer, name: string }: the mapping as this process sees it. */
  Napi::Value Create(const Napi::CallbackInfo& info);
  /** Detaches the ArrayBuffer of the area at `base`, then unmaps it. */
  void Free(const Napi::CallbackInfo& info);
  /** Forgets them all without unmapping: the client may still look at them, as it may when SQL Server dies. */
  void Abandon() { areas_.clear(); }
  size_t count() const { return areas_.size(); }

 private:
  struct Area {
    HANDLE mapping;
    Napi::Reference<Napi::ArrayBuffer> buffer;
  };
  std::map<uint64_t, Area> areas_;
  uint32_t next_ = 1;
};

}  // namespace winbackup::doubles
