// A COM object that forwards: it stands for one handle of the machine, counts its references, and holds the structs
// lent to its client.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "connection.h"

namespace winbackup::doubles {

/** The slot that a virtual method has in the vtable, by the Itanium C++ ABI, which mingw-w64 follows for pointers to
 * members. */
template <class Method>
size_t SlotOf(Method method) {
  static_assert(sizeof(method) == 2 * sizeof(uintptr_t));
  uintptr_t words[2];
  std::memcpy(words, &method, sizeof(method));
  return (words[0] - 1) / sizeof(void*);
}

/** Structs that stay the double's: the client knows them by address, the machine by its own pointer. */
class LentStructs {
 public:
  explicit LentStructs(Connection& connection) : connection_(connection) {}
  ~LentStructs() { connection_.counts.lent -= static_cast<int>(lent_.size()); }
  LentStructs(const LentStructs&) = delete;
  LentStructs& operator=(const LentStructs&) = delete;

  void* Lend(Structure structure) {
    std::lock_guard lock(mutex_);
    connection_.counts.lent += 1;
    void* const address = structure.bytes.data();
    lent_.emplace(address, std::move(structure));
    return address;
  }

  /** The machine's pointer for a struct that is lent; any other address goes as it is, so that the machine refuses it.
   */
  uint64_t Known(const void* address) {
    std::lock_guard lock(mutex_);
    const auto found = lent_.find(address);
    return found == lent_.end() ? reinterpret_cast<uintptr_t>(address) : found->second.pointer;
  }

  /** The machine has taken it back. */
  void End(const void* address) {
    std::lock_guard lock(mutex_);
    const auto found = lent_.find(address);
    if (found == lent_.end()) return;
    connection_.counts.lent -= 1;
    // Its memory is kept until the object ends, so that no later struct has the same address.
    ended_.push_back(std::move(found->second.bytes));
    lent_.erase(found);
  }

 private:
  Connection& connection_;
  std::mutex mutex_;
  std::map<const void*, Structure> lent_;
  std::vector<std::vector<uint8_t>> ended_;
};

/** What every forwarding COM object shares. `Interface` is declared by hand beside the double, with its own
 * `Implements`. */
template <class Interface>
class Forwarder : public Interface {
 public:
  Forwarder(std::shared_ptr<Connection> connection, uint32_t handle)
      : connection_(std::move(connection)), handle_(handle), lent_(*connection_) {
    connection_->counts.objects += 1;
    connection_->counts.references += 1;
  }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) final {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (!Implements(static_cast<Interface*>(this), iid)) return E_NOINTERFACE;
    *object = static_cast<Interface*>(this);
    AddRef();
    return S_OK;
  }

  ULONG STDMETHODCALLTYPE AddRef() final {
    connection_->counts.references += 1;
    return ++references_;
  }

  ULONG STDMETHODCALLTYPE Release() final {
    connection_->counts.references -= 1;
    const ULONG left = --references_;
    if (left == 0) {
      Call call{handle_, "IUnknown::Release", {}, {}};
      connection_->Send(call, Wait::kPlain);
      delete this;
    }
    return left;
  }

 protected:
  virtual ~Forwarder() { connection_->counts.objects -= 1; }

  HRESULT Send(Call& call, Wait wait) { return connection_->Send(call, wait); }
  const std::shared_ptr<Connection>& connection() const { return connection_; }
  uint32_t object_handle() const { return handle_; }
  LentStructs& lent() { return lent_; }

 private:
  const std::shared_ptr<Connection> connection_;
  const uint32_t handle_;
  LentStructs lent_;
  std::atomic<ULONG> references_{1};
};

inline Value In(const wchar_t* text) {
  if (text == nullptr) return nullptr;
  return std::u16string(reinterpret_cast<const char16_t*>(text));
}

inline Value In(const void* structure, const Layout& layout) {
  if (structure == nullptr) return nullptr;
  const auto* bytes = static_cast<const uint8_t*>(structure);
  return Structure{&layout, std::vector<uint8_t>(bytes, bytes + layout.size)};
}

}  // namespace winbackup::doubles
