// Membership of a thread in the multithreaded apartment, for as long as it lives (facts/vdi.md 1.1: the client must be
// COINIT_MULTITHREADED).
#pragma once

#include <objbase.h>
#include <windows.h>

namespace winbackup {

class MultithreadedApartment {
 public:
  MultithreadedApartment() : result_(CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {}
  MultithreadedApartment(const MultithreadedApartment&) = delete;
  MultithreadedApartment& operator=(const MultithreadedApartment&) = delete;
  ~MultithreadedApartment() {
    if (SUCCEEDED(result_)) CoUninitialize();
  }

 private:
  const HRESULT result_;
};

}  // namespace winbackup
