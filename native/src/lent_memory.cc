#include "lent_memory.h"

#include <windows.h>

#include <utility>

namespace winbackup {

namespace {

struct Range {
  std::uint64_t base;
  std::size_t size;
};

bool Readable(const MEMORY_BASIC_INFORMATION& region) {
  return region.State == MEM_COMMIT && (region.Protect & (PAGE_GUARD | PAGE_NOACCESS)) == 0;
}

bool Query(std::uint64_t address, MEMORY_BASIC_INFORMATION& region) {
  return VirtualQuery(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)), &region, sizeof(region)) !=
         0;
}

std::uint64_t Number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

/** The stretch of readable memory around `address` within its allocation; size 0 when there is none. */
Range AreaAround(std::uint64_t address) {
  MEMORY_BASIC_INFORMATION region;
  if (!Query(address, region) || !Readable(region)) return {0, 0};
  const void* const allocation = region.AllocationBase;
  std::uint64_t base = Number(allocation);
  std::uint64_t end = base;
  // The interface tells neither base nor size (`bufferAreaSize` is nominal): Windows knows both.
  while (Query(end, region) && region.AllocationBase == allocation) {
    const std::uint64_t next = Number(region.BaseAddress) + region.RegionSize;
    if (!Readable(region)) {
      if (end > address) break;
      base = next;
    }
    end = next;
  }
  return {base, static_cast<std::size_t>(end - base)};
}

}  // namespace

Napi::Value LentMemory::Wrap(Napi::Env env, const std::shared_ptr<Lease>& lease, std::uint64_t address) {
  Napi::Value result = env.Undefined();
  lease->During([&] {
    const Range range = AreaAround(address);
    if (range.size == 0) return;
    napi_value buffer = nullptr;
    // The memory is SQL Server's: nothing to free when the ArrayBuffer is collected.
    const auto finalize = [](napi_env, void*, void*) {};
    const napi_status status = napi_create_external_arraybuffer(
        env, reinterpret_cast<void*>(static_cast<std::uintptr_t>(range.base)), range.size, finalize, nullptr, &buffer);
    if (status == napi_no_external_buffers_allowed) {
      result = env.Null();
      return;
    }
    if (status != napi_ok) throw Napi::Error::New(env);
    std::erase_if(areas_, [](const Area& area) { return area.buffer.Value().IsEmpty(); });
    areas_.push_back({lease, Napi::Weak(Napi::ArrayBuffer(env, buffer))});
    auto area = Napi::Object::New(env);
    area.Set("base", Napi::BigInt::New(env, range.base));
    area.Set("buffer", Napi::Value(env, buffer));
    result = area;
  });
  return result;
}

void LentMemory::End(const std::shared_ptr<Lease>& lease) {
  lease->End();
  std::erase_if(areas_, [&](const Area& area) {
    if (area.lease != lease) return false;
    if (Napi::ArrayBuffer buffer = area.buffer.Value(); !buffer.IsEmpty() && !buffer.IsDetached()) buffer.Detach();
    return true;
  });
}

}  // namespace winbackup
