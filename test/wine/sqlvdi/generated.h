// Generated from lib/binding/tables/vdi.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

#include "../double/client_memory.h"
#include "../double/object.h"
#include "abi.h"

namespace winbackup::doubles {

/** As the machine is asked for it. */
inline constexpr char16_t kClsid[] = u"40700425-0080-11d2-851f-00c04fc21759";
inline constexpr char16_t kActivated[] = u"d0e6eb07-7a62-11d2-8573-00c04fc21759";

inline constexpr Field kFieldsVDConfig[] = {
    {"deviceCount", FieldType::kU32, 0},
    {"features", FieldType::kU32, 4},
    {"prefixZoneSize", FieldType::kU32, 8},
    {"alignment", FieldType::kU32, 12},
    {"softFileMarkBlockSize", FieldType::kU32, 16},
    {"EOMWarningSize", FieldType::kU32, 20},
    {"serverTimeOut", FieldType::kU32, 24},
    {"blockSize", FieldType::kU32, 28},
    {"maxIODepth", FieldType::kU32, 32},
    {"maxTransferSize", FieldType::kU32, 36},
    {"bufferAreaSize", FieldType::kU32, 40},
};
inline constexpr Layout kLayoutVDConfig = {"VDConfig", 44, kFieldsVDConfig};
static_assert(sizeof(VDConfig) == 44);
static_assert(offsetof(VDConfig, deviceCount) == 0 && sizeof(VDConfig::deviceCount) == 4);
static_assert(offsetof(VDConfig, features) == 4 && sizeof(VDConfig::features) == 4);
static_assert(offsetof(VDConfig, prefixZoneSize) == 8 && sizeof(VDConfig::prefixZoneSize) == 4);
static_assert(offsetof(VDConfig, alignment) == 12 && sizeof(VDConfig::alignment) == 4);
static_assert(offsetof(VDConfig, softFileMarkBlockSize) == 16 && sizeof(VDConfig::softFileMarkBlockSize) == 4);
static_assert(offsetof(VDConfig, EOMWarningSize) == 20 && sizeof(VDConfig::EOMWarningSize) == 4);
static_assert(offsetof(VDConfig, serverTimeOut) == 24 && sizeof(VDConfig::serverTimeOut) == 4);
static_assert(offsetof(VDConfig, blockSize) == 28 && sizeof(VDConfig::blockSize) == 4);
static_assert(offsetof(VDConfig, maxIODepth) == 32 && sizeof(VDConfig::maxIODepth) == 4);
static_assert(offsetof(VDConfig, maxTransferSize) == 36 && sizeof(VDConfig::maxTransferSize) == 4);
static_assert(offsetof(VDConfig, bufferAreaSize) == 40 && sizeof(VDConfig::bufferAreaSize) == 4);

inline constexpr Field kFieldsVDC_Command[] = {
    {"commandCode", FieldType::kU32, 0},
    {"size", FieldType::kU32, 4},
    {"position", FieldType::kU64, 8},
    {"buffer", FieldType::kU64, 16},
};
inline constexpr Layout kLayoutVDC_Command = {"VDC_Command", 24, kFieldsVDC_Command};
static_assert(sizeof(VDC_Command) == 24);
static_assert(offsetof(VDC_Command, commandCode) == 0 && sizeof(VDC_Command::commandCode) == 4);
static_assert(offsetof(VDC_Command, size) == 4 && sizeof(VDC_Command::size) == 4);
static_assert(offsetof(VDC_Command, position) == 8 && sizeof(VDC_Command::position) == 8);
static_assert(offsetof(VDC_Command, buffer) == 16 && sizeof(VDC_Command::buffer) == 8);

class ForwardedIClientVirtualDevice final : public Forwarder<IClientVirtualDevice> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetCommand(DWORD timeoutMs, VDC_Command** command) override {
    if (command == nullptr) return E_POINTER;
    *command = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kLent, &kLayoutVDC_Command}};
    Call call{object_handle(), "IClientVirtualDevice::GetCommand", outputs, {uint32_t{timeoutMs}}};
    const HRESULT result = Send(call, Wait::kAlertable);
    if (call.outputs.size() > 0) *command = static_cast<VDC_Command*>(lent().Lend(std::get<Structure>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE CompleteCommand(VDC_Command* command, DWORD completionCode, DWORD bytesTransferred, DWORDLONG position) override {
    const uint64_t command_taken = lent().TakeBack(command);
    Call call{object_handle(), "IClientVirtualDevice::CompleteCommand", {}, {command_taken, uint32_t{completionCode}, uint32_t{bytesTransferred}, static_cast<uint64_t>(position)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (FAILED(result)) lent().StayLent(command, command_taken);
    return result;
  }
};

class ForwardedIClientVirtualDeviceSet2 final : public Forwarder<IClientVirtualDeviceSet2> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE Create(LPCWSTR name, VDConfig* config) override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::Create", {}, {In(name), In(config, kLayoutVDConfig)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetConfiguration(DWORD timeoutMs, VDConfig* config) override {
    if (config == nullptr) return E_POINTER;
    static constexpr OutputKind outputs[] = {{Kind::kStruct, &kLayoutVDConfig}};
    Call call{object_handle(), "IClientVirtualDeviceSet2::GetConfiguration", outputs, {uint32_t{timeoutMs}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) Write(std::get<Structure>(call.outputs[0]), config);
    return result;
  }

  HRESULT STDMETHODCALLTYPE OpenDevice(LPCWSTR name, IClientVirtualDevice** device) override {
    if (device == nullptr) return E_POINTER;
    *device = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IClientVirtualDeviceSet2::OpenDevice", outputs, {In(name)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *device = new ForwardedIClientVirtualDevice(connection(), std::get<uint32_t>(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE Close() override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::Close", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SignalAbort() override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::SignalAbort", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE OpenInSecondary(LPCWSTR name) override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::OpenInSecondary", {}, {In(name)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBufferHandle(BYTE* buffer, DWORD* handle) override {
    if (handle == nullptr) return E_POINTER;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IClientVirtualDeviceSet2::GetBufferHandle", outputs, {uint64_t{reinterpret_cast<uintptr_t>(buffer)}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *handle = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE MapBufferHandle(DWORD handle, BYTE** buffer) override {
    if (buffer == nullptr) return E_POINTER;
    *buffer = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kU64}};
    Call call{object_handle(), "IClientVirtualDeviceSet2::MapBufferHandle", outputs, {uint32_t{handle}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *buffer = reinterpret_cast<BYTE*>(static_cast<uintptr_t>(std::get<uint64_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE CreateEx(LPCWSTR instance, LPCWSTR name, VDConfig* config) override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::CreateEx", {}, {In(instance), In(name), In(config, kLayoutVDConfig)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE OpenInSecondaryEx(LPCWSTR instance, LPCWSTR name) override {
    Call call{object_handle(), "IClientVirtualDeviceSet2::OpenInSecondaryEx", {}, {In(instance), In(name)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }
};

/** Whether the table's slots are those of the declarations in abi.h. */
inline bool SlotsAgree() {
  return SlotOf(&IClientVirtualDeviceSet2::Create) == 3 &&
         SlotOf(&IClientVirtualDeviceSet2::GetConfiguration) == 4 &&
         SlotOf(&IClientVirtualDeviceSet2::OpenDevice) == 5 &&
         SlotOf(&IClientVirtualDeviceSet2::Close) == 6 &&
         SlotOf(&IClientVirtualDeviceSet2::SignalAbort) == 7 &&
         SlotOf(&IClientVirtualDeviceSet2::OpenInSecondary) == 8 &&
         SlotOf(&IClientVirtualDeviceSet2::GetBufferHandle) == 9 &&
         SlotOf(&IClientVirtualDeviceSet2::MapBufferHandle) == 10 &&
         SlotOf(&IClientVirtualDeviceSet2::CreateEx) == 11 &&
         SlotOf(&IClientVirtualDeviceSet2::OpenInSecondaryEx) == 12 &&
         SlotOf(&IClientVirtualDevice::GetCommand) == 3 &&
         SlotOf(&IClientVirtualDevice::CompleteCommand) == 4;
}

}  // namespace winbackup::doubles
