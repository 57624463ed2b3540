// Memory that the machine lends to its clients: named mappings, seen twice as in Windows, once by the server and once
// by its clients.
#pragma once

#include <napi.h>
#include <windows.h>

#include <cstdint>
#include <map>

namespace winbackup::doubles {

/** The areas of one environment; used on its thread only. */
class Areas {
 public:
  /**
   * { base: bigint, buffer: ArrayBuffer }: a mapping whose clients' view begins at `base`. `buffer` is the server's own
   * view, which lives until it is collected.
   */
  Napi::Value Create(const Napi::CallbackInfo& info);
  /** Ends the clients' view at `base`: whoever touches it afterwards crashes, as in Windows. */
  void Free(const Napi::CallbackInfo& info);
  /** Forgets the clients' views without ending them: when SQL Server dies, its clients still have theirs. */
  void Abandon() { views_.clear(); }
  size_t count() const { return views_.size(); }

 private:
  std::map<uint64_t, void*> views_;
  uint32_t next_ = 1;
};

}  // namespace winbackup::doubles
