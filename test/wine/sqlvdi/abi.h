// The client side of the Virtual Device Interface, declared here once more from facts/vdi.md section 1 and from nothing
// else, so that the double is an independent check of the addon's declarations.
#pragma once

#include <unknwn.h>
#include <windows.h>

// clang-format off
inline constexpr GUID kCLSID_ClientVirtualDeviceSet = {0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr GUID kIID_IClientVirtualDevice     = {0x40700424, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr GUID kIID_IClientVirtualDeviceSet  = {0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
inline constexpr GUID kIID_IClientVirtualDeviceSet2 = {0xd0e6eb07, 0x7a62, 0x11d2, {0x85, 0x73, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
// clang-format on

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

/** Which interfaces an object answers for. */
inline bool Implements(const IClientVirtualDevice*, REFIID iid) {
  return iid == IID_IUnknown || iid == kIID_IClientVirtualDevice;
}
inline bool Implements(const IClientVirtualDeviceSet2*, REFIID iid) {
  return iid == IID_IUnknown || iid == kIID_IClientVirtualDeviceSet || iid == kIID_IClientVirtualDeviceSet2;
}
