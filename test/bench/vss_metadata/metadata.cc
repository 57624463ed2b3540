#include "metadata.h"

#include <cstdint>
#include <cwchar>

namespace winbackup::bench {

namespace {

constexpr UINT kFileSets = 2;

/** References and QueryInterface of an object that has no other interface. */
template <class Interface>
class Counted : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void** object) override {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

 protected:
  virtual ~Counted() = default;

 private:
  ULONG references_ = 1;
};

HRESULT Give(BSTR* place, const wchar_t* text) {
  *place = SysAllocString(text);
  return *place == nullptr ? E_OUTOFMEMORY : S_OK;
}

class Files final : public Counted<IVssWMFiledesc> {
 public:
  HRESULT STDMETHODCALLTYPE GetPath(BSTR* path) override { return Give(path, L"C:\\Databases\\Sales"); }
  HRESULT STDMETHODCALLTYPE GetFilespec(BSTR* filespec) override { return Give(filespec, L"sales.mdf"); }
  HRESULT STDMETHODCALLTYPE GetRecursive(bool* recursive) override {
    *recursive = false;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetAlternateLocation(BSTR* location) override {
    *location = nullptr;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetBackupTypeMask(DWORD* mask) override {
    *mask = 0x101;
    return S_OK;
  }
};

class Component final : public Counted<IVssWMComponent> {
 public:
  Component() {
    info_.type = 1;
    info_.componentName = SysAllocString(L"Sales");
    info_.fileCount = kFileSets;
  }
  ~Component() override { SysFreeString(info_.componentName); }

  HRESULT STDMETHODCALLTYPE GetComponentInfo(const VSS_COMPONENTINFO** info) override {
    *info = &info_;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE FreeComponentInfo(const VSS_COMPONENTINFO*) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE GetFile(UINT, IVssWMFiledesc** files) override {
    *files = new Files();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDatabaseFile(UINT, IVssWMFiledesc**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetDatabaseLogFile(UINT, IVssWMFiledesc**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetDependency(UINT, IVssWMDependency**) override { return E_NOTIMPL; }

 private:
  VSS_COMPONENTINFO info_ = {};
};

class Metadata final : public Counted<IVssExamineWriterMetadata> {
 public:
  explicit Metadata(UINT components) : components_(components) {}

  HRESULT STDMETHODCALLTYPE GetIdentity(GUID* instance, GUID* writer, BSTR* name, DWORD* usage,
                                        DWORD* source) override {
    *instance = *writer = GUID{1, 2, 3, {4}};
    *usage = *source = 1;
    return Give(name, L"A writer");
  }
  HRESULT STDMETHODCALLTYPE GetFileCounts(UINT* includes, UINT* excludes, UINT* components) override {
    *includes = *excludes = 0;
    *components = components_;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetIncludeFile(UINT, IVssWMFiledesc**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetExcludeFile(UINT, IVssWMFiledesc**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetComponent(UINT, IVssWMComponent** component) override {
    *component = new Component();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetRestoreMethod(DWORD* method, BSTR* service, BSTR* procedure, DWORD* writer_restore,
                                             bool* reboot, UINT* mappings) override {
    *method = *writer_restore = 0;
    *service = *procedure = nullptr;
    *reboot = false;
    *mappings = 0;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetAlternateLocationMapping(UINT, IVssWMFiledesc**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetBackupSchema(DWORD* mask) override {
    *mask = 7;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDocument(IXMLDOMDocument**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE SaveAsXML(BSTR* xml) override { return Give(xml, L"<writer/>"); }
  HRESULT STDMETHODCALLTYPE LoadFromXML(BSTR) override { return E_NOTIMPL; }

 private:
  const UINT components_;
};

/** Counts what is called, and frees what is given. */
class Reader {
 public:
  void Text(HRESULT result, BSTR text) {
    Count(result);
    SysFreeString(text);
  }
  void Count(HRESULT) { calls += 1; }
  std::uint64_t calls = 0;
};

}  // namespace

HRESULT STDAPICALLTYPE CreateMetadata(BSTR document, IVssExamineWriterMetadata** metadata) {
  *metadata = new Metadata(static_cast<UINT>(std::wcstoul(document, nullptr, 10)));
  return S_OK;
}

std::uint64_t ReadDirectly(IVssExamineWriterMetadata& metadata) {
  Reader reader;
  GUID instance, writer;
  DWORD number = 0;
  DWORD other = 0;
  bool truth = false;
  BSTR text = nullptr;
  BSTR second = nullptr;
  UINT includes = 0;
  UINT excludes = 0;
  UINT components = 0;
  reader.Text(metadata.GetIdentity(&instance, &writer, &text, &number, &other), text);
  reader.Count(metadata.GetFileCounts(&includes, &excludes, &components));
  reader.Count(metadata.GetRestoreMethod(&number, &text, &second, &other, &truth, &includes));
  reader.Count(metadata.GetBackupSchema(&number));
  for (UINT index = 0; index < components; ++index) {
    IVssWMComponent* component = nullptr;
    reader.Count(metadata.GetComponent(index, &component));
    const VSS_COMPONENTINFO* info = nullptr;
    reader.Count(component->GetComponentInfo(&info));
    for (UINT at = 0; at < info->fileCount; ++at) {
      IVssWMFiledesc* files = nullptr;
      reader.Count(component->GetFile(at, &files));
      reader.Text(files->GetPath(&text), text);
      reader.Text(files->GetFilespec(&text), text);
      reader.Count(files->GetRecursive(&truth));
      reader.Text(files->GetAlternateLocation(&text), text);
      reader.Count(files->GetBackupTypeMask(&number));
      files->Release();
    }
    reader.Count(component->FreeComponentInfo(info));
    component->Release();
  }
  return reader.calls;
}

}  // namespace winbackup::bench
