// Generated from lib/binding/tables/vdi.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#include "vdi_table.h"

#include <cstddef>

#include "argument.h"
#include "winbackup/vdi.h"

namespace winbackup {

namespace {

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
constexpr Field kFieldsVDConfig[] = {
    {"deviceCount", Kind::kU32, 0},
    {"features", Kind::kU32, 4},
    {"prefixZoneSize", Kind::kU32, 8},
    {"alignment", Kind::kU32, 12},
    {"softFileMarkBlockSize", Kind::kU32, 16},
    {"EOMWarningSize", Kind::kU32, 20},
    {"serverTimeOut", Kind::kU32, 24},
    {"blockSize", Kind::kU32, 28},
    {"maxIODepth", Kind::kU32, 32},
    {"maxTransferSize", Kind::kU32, 36},
    {"bufferAreaSize", Kind::kU32, 40},
};
constexpr Struct kStructVDConfig = {"VDConfig", 44, kFieldsVDConfig};

static_assert(sizeof(VDC_Command) == 24);
static_assert(offsetof(VDC_Command, commandCode) == 0 && sizeof(VDC_Command::commandCode) == 4);
static_assert(offsetof(VDC_Command, size) == 4 && sizeof(VDC_Command::size) == 4);
static_assert(offsetof(VDC_Command, position) == 8 && sizeof(VDC_Command::position) == 8);
static_assert(offsetof(VDC_Command, buffer) == 16 && sizeof(VDC_Command::buffer) == 8);
constexpr Field kFieldsVDC_Command[] = {
    {"commandCode", Kind::kU32, 0},
    {"size", Kind::kU32, 4},
    {"position", Kind::kU64, 8},
    {"buffer", Kind::kPointer, 16},
};
constexpr Struct kStructVDC_Command = {"VDC_Command", 24, kFieldsVDC_Command};

constexpr Parameter kParameters_IClientVirtualDeviceSet2_Create[] = {
    {"name", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"config", Kind::kStruct, Direction::kIn, false, false, &kStructVDConfig, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_Create(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->Create(a[0].text(), a[1].structure());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_GetConfiguration[] = {
    {"timeoutMs", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"config", Kind::kStruct, Direction::kOut, false, false, &kStructVDConfig, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_GetConfiguration(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->GetConfiguration(a[0].u32(), a[1].structure());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_OpenDevice[] = {
    {"name", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"device", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIClientVirtualDevice},
};
HRESULT Invoke_IClientVirtualDeviceSet2_OpenDevice(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->OpenDevice(a[0].text(), a[1].pointer_place());
}

HRESULT Invoke_IClientVirtualDeviceSet2_Close(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->Close();
}

HRESULT Invoke_IClientVirtualDeviceSet2_SignalAbort(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->SignalAbort();
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_OpenInSecondary[] = {
    {"name", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_OpenInSecondary(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->OpenInSecondary(a[0].text());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_GetBufferHandle[] = {
    {"buffer", Kind::kPointer, Direction::kIn, false, false, nullptr, nullptr},
    {"handle", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_GetBufferHandle(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->GetBufferHandle(a[0].pointer(), a[1].u32_place());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_MapBufferHandle[] = {
    {"handle", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"buffer", Kind::kPointer, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_MapBufferHandle(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->MapBufferHandle(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_CreateEx[] = {
    {"instance", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"name", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"config", Kind::kStruct, Direction::kIn, false, false, &kStructVDConfig, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_CreateEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->CreateEx(a[0].text(), a[1].text(), a[2].structure());
}

constexpr Parameter kParameters_IClientVirtualDeviceSet2_OpenInSecondaryEx[] = {
    {"instance", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"name", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IClientVirtualDeviceSet2_OpenInSecondaryEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDeviceSet2*>(self)->OpenInSecondaryEx(a[0].text(), a[1].text());
}

constexpr Method kMethodsIClientVirtualDeviceSet2[] = {
    {"IClientVirtualDeviceSet2::Create", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_Create, Invoke_IClientVirtualDeviceSet2_Create},
    {"IClientVirtualDeviceSet2::GetConfiguration", Role::kConfiguration, 0, VD_E_TIMEOUT, nullptr, false, kParameters_IClientVirtualDeviceSet2_GetConfiguration, Invoke_IClientVirtualDeviceSet2_GetConfiguration},
    {"IClientVirtualDeviceSet2::OpenDevice", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_OpenDevice, Invoke_IClientVirtualDeviceSet2_OpenDevice},
    {"IClientVirtualDeviceSet2::Close", Role::kControl, -1, S_OK, nullptr, true, {}, Invoke_IClientVirtualDeviceSet2_Close},
    {"IClientVirtualDeviceSet2::SignalAbort", Role::kControl, -1, S_OK, nullptr, false, {}, Invoke_IClientVirtualDeviceSet2_SignalAbort},
    {"IClientVirtualDeviceSet2::OpenInSecondary", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_OpenInSecondary, Invoke_IClientVirtualDeviceSet2_OpenInSecondary},
    {"IClientVirtualDeviceSet2::GetBufferHandle", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_GetBufferHandle, Invoke_IClientVirtualDeviceSet2_GetBufferHandle},
    {"IClientVirtualDeviceSet2::MapBufferHandle", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_MapBufferHandle, Invoke_IClientVirtualDeviceSet2_MapBufferHandle},
    {"IClientVirtualDeviceSet2::CreateEx", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_CreateEx, Invoke_IClientVirtualDeviceSet2_CreateEx},
    {"IClientVirtualDeviceSet2::OpenInSecondaryEx", Role::kControl, -1, S_OK, nullptr, false, kParameters_IClientVirtualDeviceSet2_OpenInSecondaryEx, Invoke_IClientVirtualDeviceSet2_OpenInSecondaryEx},
};
IUnknown* Unknown_IClientVirtualDeviceSet2(void* given) { return static_cast<IClientVirtualDeviceSet2*>(given); }
static_assert(SameGuid(IID_IClientVirtualDeviceSet2, GUID{0xd0e6eb07, 0x7a62, 0x11d2, {0x85, 0x73, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}}));

constexpr Parameter kParameters_IClientVirtualDevice_GetCommand[] = {
    {"timeoutMs", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"command", Kind::kLent, Direction::kOut, false, false, &kStructVDC_Command, nullptr},
};
HRESULT Invoke_IClientVirtualDevice_GetCommand(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDevice*>(self)->GetCommand(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IClientVirtualDevice_CompleteCommand[] = {
    {"command", Kind::kPointer, Direction::kIn, false, false, nullptr, nullptr},
    {"completionCode", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"bytesTransferred", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"position", Kind::kU64, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IClientVirtualDevice_CompleteCommand(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IClientVirtualDevice*>(self)->CompleteCommand(a[0].pointer(), a[1].u32(), a[2].u32(), a[3].u64());
}

constexpr Method kMethodsIClientVirtualDevice[] = {
    {"IClientVirtualDevice::GetCommand", Role::kDevice, 0, VD_E_TIMEOUT, nullptr, false, kParameters_IClientVirtualDevice_GetCommand, Invoke_IClientVirtualDevice_GetCommand},
    {"IClientVirtualDevice::CompleteCommand", Role::kDevice, -1, S_OK, nullptr, false, kParameters_IClientVirtualDevice_CompleteCommand, Invoke_IClientVirtualDevice_CompleteCommand},
};
IUnknown* Unknown_IClientVirtualDevice(void* given) { return static_cast<IClientVirtualDevice*>(given); }
static_assert(SameGuid(IID_IClientVirtualDevice, GUID{0x40700424, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}}));

static_assert(SameGuid(CLSID_MSSQL_ClientVirtualDeviceSet, GUID{0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}}));

}  // namespace

const Interface kIClientVirtualDeviceSet2 = {"IClientVirtualDeviceSet2", IID_IClientVirtualDeviceSet2, nullptr, Unknown_IClientVirtualDeviceSet2, kMethodsIClientVirtualDeviceSet2};
const Interface kIClientVirtualDevice = {"IClientVirtualDevice", IID_IClientVirtualDevice, nullptr, Unknown_IClientVirtualDevice, kMethodsIClientVirtualDevice};

constexpr const Interface* kList[] = {&kIClientVirtualDeviceSet2, &kIClientVirtualDevice};
const std::span<const Interface* const> kVdiInterfaces = kList;

constexpr ComClass kClasses[] = {{CLSID_MSSQL_ClientVirtualDeviceSet, CLSCTX_INPROC_SERVER}};
const std::span<const ComClass> kVdiClasses = kClasses;

}  // namespace winbackup
