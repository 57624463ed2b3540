// The areas of memory that device sets lend to one environment, wrapped as ArrayBuffers. Used on its thread only.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "lease.h"

namespace winbackup {

class LentMemory {
 public:
  /**
   * The whole mapped area around `address` as { base, buffer }; undefined when there is none (any more), null when the
   * host refuses external buffers (Electron).
   */
  Napi::Value Wrap(Napi::Env env, const std::shared_ptr<Lease>& lease, std::uint64_t address);
  /** Ends a lease: no thread reads it any more, and every view on it has length 0 before this returns. */
  void End(const std::shared_ptr<Lease>& lease);
  /** For an environment that runs no JavaScript any more. */
  void Forget() { areas_.clear(); }
  std::size_t count() const { return areas_.size(); }

 private:
  struct Area {
    std::shared_ptr<Lease> lease;
    Napi::Reference<Napi::ArrayBuffer> buffer;  // weak
  };
  std::vector<Area> areas_;
};

}  // namespace winbackup
