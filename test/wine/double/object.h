// A COM object that forwards: it stands for one handle of the machine, counts its references, and holds the structs
// lent to its client.
#pragma once

#include <oleauto.h>
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

/**
 * Structs that stay the double's: the client knows them by address, the machine by its own pointer. Each pointer of the
 * machine's has one address for as long as the object lives, because SQL Server uses its command blocks again and
 * again.
 */
class LentStructs {
 public:
  explicit LentStructs(Connection& connection) : connection_(connection) {}
  ~LentStructs() {
    for (const auto& [pointer, slot] : slots_) connection_.counts.lent -= slot.with_client ? 1 : 0;
  }
  LentStructs(const LentStructs&) = delete;
  LentStructs& operator=(const LentStructs&) = delete;

  void* Lend(const Structure& structure) {
    std::lock_guard lock(mutex_);
    Slot& slot = slots_[structure.pointer];
    if (slot.bytes.empty()) {
      slot.bytes.resize(structure.bytes.size());
      pointers_.emplace(slot.bytes.data(), structure.pointer);
    }
    Write(structure, slot.bytes.data());
    Set(slot, true);
    return slot.bytes.data();
  }

  /**
   * The machine's pointer for a struct that the client gives back; any other address goes as it is, so that the machine
   * refuses it. Done before the call, because the machine may lend the struct anew before the call returns.
   */
  uint64_t TakeBack(const void* address) {
    std::lock_guard lock(mutex_);
    const auto found = pointers_.find(address);
    if (found == pointers_.end() || !slots_[found->second].with_client) return reinterpret_cast<uintptr_t>(address);
    Set(slots_[found->second], false);
    return found->second;
  }

  /** The client has given it back for good: its strings are freed. */
  void Discard(const Layout& layout, uint64_t taken) {
    std::lock_guard lock(mutex_);
    const auto found = slots_.find(taken);
    if (found == slots_.end()) return;
    for (const Field& field : layout.fields) {
      BSTR text = nullptr;
      if (field.type == FieldType::kBstr) std::memcpy(&text, found->second.bytes.data() + field.offset, sizeof(text));
      SysFreeString(text);
    }
    pointers_.erase(found->second.bytes.data());
    slots_.erase(found);
  }

  /** The machine refused to take it back; harmless for what was not lent. */
  void StayLent(const void* address, uint64_t taken) {
    std::lock_guard lock(mutex_);
    const auto found = pointers_.find(address);
    if (found != pointers_.end() && found->second == taken) Set(slots_[taken], true);
  }

 private:
  struct Slot {
    std::vector<uint8_t> bytes;
    bool with_client = false;
  };

  void Set(Slot& slot, bool with_client) {
    connection_.counts.lent += (with_client ? 1 : 0) - (slot.with_client ? 1 : 0);
    slot.with_client = with_client;
  }

  Connection& connection_;
  std::mutex mutex_;
  std::map<uint64_t, Slot> slots_;
  std::map<const void*, uint64_t> pointers_;
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
    *object = static_cast<IUnknown*>(this);
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
