#include "machine.h"

#include <objbase.h>
#include <windows.h>

#include "../generated/vdi_table.h"
#include "argument.h"

namespace winbackup {

namespace {

bool ParseGuid(std::wstring text, GUID& guid) {
  if (!text.empty() && text.front() != L'{') text = L'{' + text + L'}';
  return SUCCEEDED(CLSIDFromString(text.c_str(), &guid));
}

constexpr Parameter kParameters[] = {
    {"clsid", Kind::kWstr, Direction::kIn, false, nullptr, nullptr},
    {"iid", Kind::kWstr, Direction::kIn, false, nullptr, nullptr},
    {"object", Kind::kInterface, Direction::kOut, false, nullptr, nullptr},
};

HRESULT Activate(IUnknown*, Argument* a) {
  GUID clsid;
  GUID iid;
  if (!ParseGuid(a[0].text(), clsid) || !ParseGuid(a[1].text(), iid)) return CO_E_CLASSSTRING;
  IUnknown** const place = a[2].pointer_place();
  return CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER, iid, reinterpret_cast<void**>(place));
}

}  // namespace

const Method kCoCreateInstance = {"CoCreateInstance", Role::kControl, -1, S_OK, false, kParameters, Activate};

const Interface* InterfaceOf(const std::u16string& iid) {
  GUID wanted;
  if (!ParseGuid(std::wstring(iid.begin(), iid.end()), wanted)) return nullptr;
  for (const Interface* candidate : kVdiInterfaces) {
    if (SameGuid(candidate->iid, wanted)) return candidate;
  }
  return nullptr;
}

}  // namespace winbackup
