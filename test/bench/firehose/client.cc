#include "client.h"

#include "server.h"

namespace winbackup::bench {

namespace {

/** Writes the data of commands one after the other. */
class File {
 public:
  explicit File(const std::wstring& name) {
    if (name.empty()) return;
    handle_ = CreateFileW(name.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  }
  ~File() {
    if (handle_ != nullptr) CloseHandle(handle_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  DWORD Write(const BYTE* data, DWORD size) const {
    DWORD written = 0;
    return handle_ == nullptr || WriteFile(handle_, data, size, &written, nullptr) ? ERROR_SUCCESS : GetLastError();
  }
  DWORD Flush() const { return handle_ == nullptr || FlushFileBuffers(handle_) ? ERROR_SUCCESS : GetLastError(); }

 private:
  HANDLE handle_ = nullptr;
};

HRESULT Serve(IClientVirtualDevice* device, const File& file) {
  for (;;) {
    VDC_Command* command = nullptr;
    const HRESULT got = device->GetCommand(INFINITE, &command);
    if (got == kVD_E_CLOSE) return S_OK;
    if (FAILED(got)) return got;
    const DWORD size = command->size;
    DWORD code = ERROR_SUCCESS;
    if (command->commandCode == 2)
      code = file.Write(command->buffer, size);
    else if (command->commandCode == 12)
      code = file.Flush();
    const HRESULT completed = device->CompleteCommand(command, code, size, 0);
    if (FAILED(completed)) return completed;
  }
}

}  // namespace

HRESULT RunClient(const std::wstring& name) {
  HRESULT result = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
  if (FAILED(result)) return result;
  IClientVirtualDeviceSet2* set = nullptr;
  result = CoCreateInstance(kCLSID_ClientVirtualDeviceSet, nullptr, CLSCTX_INPROC_SERVER, kIID_IClientVirtualDeviceSet2,
                            reinterpret_cast<void**>(&set));
  if (SUCCEEDED(result)) {
    VDConfig config{};
    config.deviceCount = 1;
    IClientVirtualDevice* device = nullptr;
    result = set->CreateEx(nullptr, L"firehose", &config);
    if (SUCCEEDED(result)) result = set->GetConfiguration(INFINITE, &config);
    if (SUCCEEDED(result)) result = set->OpenDevice(L"firehose", &device);
    if (SUCCEEDED(result)) {
      const File file(name);
      result = Serve(device, file);
      device->Release();
    }
    set->Close();
    set->Release();
  }
  CoUninitialize();
  return result;
}

}  // namespace winbackup::bench
