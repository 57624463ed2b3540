// The client side of SQL Server's Virtual Device Interface, declared from facts/vdi.md section 1 (vdi.h, vdiguid.h and
// vdierror.h of microsoft/sql-server-samples, MIT): no SDK carries these headers.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <cstddef>

// clang-format off
/** The class and its first interface share one identifier (facts/vdi.md 1.1). */
inline constexpr CLSID CLSID_MSSQL_ClientVirtualDeviceSet = {0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr IID IID_IClientVirtualDevice             = {0x40700424, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr IID IID_IClientVirtualDeviceSet          = {0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr IID IID_IClientVirtualDeviceSet2         = {0xd0e6eb07, 0x7a62, 0x11d2, {0x85, 0x73, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
// clang-format on

inline constexpr HRESULT VD_E_TIMEOUT = static_cast<HRESULT>(0x80770003);

#pragma pack(push, 8)

struct VDConfig {
  DWORD deviceCount;
  DWORD features;
  DWORD prefixZoneSize;
  DWORD alignment;
  DWORD softFileMarkBlockSize;
  DWORD EOMWarningSize;
  DWORD serverTimeOut;
  DWORD blockSize;
  DWORD maxIODepth;
  DWORD maxTransferSize;
  DWORD bufferAreaSize;
};

struct VDC_Command {
  DWORD commandCode;
  DWORD size;
  DWORDLONG position;
  BYTE* buffer;
};

#pragma pack(pop)

static_assert(sizeof(VDConfig) == 44);
static_assert(offsetof(VDConfig, deviceCount) == 0);
static_assert(offsetof(VDConfig, features) == 4);
static_assert(offsetof(VDConfig, prefixZoneSize) == 8);
static_assert(offsetof(VDConfig, alignment) == 12);
static_assert(offsetof(VDConfig, softFileMarkBlockSize) == 16);
static_assert(offsetof(VDConfig, EOMWarningSize) == 20);
static_assert(offsetof(VDConfig, serverTimeOut) == 24);
static_assert(offsetof(VDConfig, blockSize) == 28);
static_assert(offsetof(VDConfig, maxIODepth) == 32);
static_assert(offsetof(VDConfig, maxTransferSize) == 36);
static_assert(offsetof(VDConfig, bufferAreaSize) == 40);
static_assert(sizeof(VDC_Command) == 24);
static_assert(offsetof(VDC_Command, commandCode) == 0);
static_assert(offsetof(VDC_Command, size) == 4);
static_assert(offsetof(VDC_Command, position) == 8);
static_assert(offsetof(VDC_Command, buffer) == 16);

struct IClientVirtualDevice : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetCommand(DWORD timeoutMs, VDC_Command** command) = 0;
  virtual HRESULT STDMETHODCALLTYPE CompleteCommand(VDC_Command* command, DWORD completionCode, DWORD bytesTransferred,
                                                    DWORDLONG position) = 0;
};

struct IClientVirtualDeviceSet : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE Create(LPCWSTR name, VDConfig* config) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetConfiguration(DWORD timeoutMs, VDConfig* config) = 0;
  virtual HRESULT STDMETHODCALLTYPE OpenDevice(LPCWSTR name, IClientVirtualDevice** device) = 0;
  virtual HRESULT STDMETHODCALLTYPE Close() = 0;
  virtual HRESULT STDMETHODCALLTYPE SignalAbort() = 0;
  virtual HRESULT STDMETHODCALLTYPE OpenInSecondary(LPCWSTR name) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBufferHandle(BYTE* buffer, DWORD* handle) = 0;
  virtual HRESULT STDMETHODCALLTYPE MapBufferHandle(DWORD handle, BYTE** buffer) = 0;
};

struct IClientVirtualDeviceSet2 : IClientVirtualDeviceSet {
  virtual HRESULT STDMETHODCALLTYPE CreateEx(LPCWSTR instance, LPCWSTR name, VDConfig* config) = 0;
  virtual HRESULT STDMETHODCALLTYPE OpenInSecondaryEx(LPCWSTR instance, LPCWSTR name) = 0;
};
