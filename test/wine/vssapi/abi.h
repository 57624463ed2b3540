// The requester side of VSS as the mingw-w64 headers declare it, which the addon does not use: so the double is an
// independent check of the addon's declarations. Only what those headers get wrong is declared here (facts/vss.md 1.7).
#pragma once

#include <msxml.h>
#include <oleauto.h>
#include <unknwn.h>
#include <windows.h>
// After windows.h, which they need.
#include <vsadmin.h>
#include <vsbackup.h>
#include <vsmgmt.h>
#include <vss.h>
#include <vswriter.h>

#include <cstddef>
#include <type_traits>

static_assert(sizeof(VSS_SNAPSHOT_PROP) == 128 && offsetof(VSS_SNAPSHOT_PROP, m_SnapshotSetId) == 16 &&
              offsetof(VSS_SNAPSHOT_PROP, m_lSnapshotsCount) == 32 &&
              offsetof(VSS_SNAPSHOT_PROP, m_pwszSnapshotDeviceObject) == 40 &&
              offsetof(VSS_SNAPSHOT_PROP, m_pwszExposedPath) == 80 && offsetof(VSS_SNAPSHOT_PROP, m_ProviderId) == 88 &&
              offsetof(VSS_SNAPSHOT_PROP, m_lSnapshotAttributes) == 104 &&
              offsetof(VSS_SNAPSHOT_PROP, m_tsCreationTimestamp) == 112 &&
              offsetof(VSS_SNAPSHOT_PROP, m_eStatus) == 120);
static_assert(sizeof(VSS_PROVIDER_PROP) == 72 && offsetof(VSS_PROVIDER_PROP, m_pwszProviderName) == 16 &&
              offsetof(VSS_PROVIDER_PROP, m_pwszProviderVersion) == 32 && offsetof(VSS_PROVIDER_PROP, m_ClassId) == 56);
static_assert(sizeof(VSS_OBJECT_PROP) == 136 && offsetof(VSS_OBJECT_PROP, Obj) == 8);
static_assert(sizeof(VSS_MGMT_OBJECT_PROP) == 48 && offsetof(VSS_MGMT_OBJECT_PROP, Obj) == 8 &&
              offsetof(VSS_DIFF_VOLUME_PROP, m_llVolumeTotalSpace) == 24 &&
              offsetof(VSS_DIFF_AREA_PROP, m_pwszDiffAreaVolumeName) == 8 &&
              offsetof(VSS_DIFF_AREA_PROP, m_llUsedDiffSpace) == 32);
static_assert(sizeof(VSS_COMPONENTINFO) == 72 && offsetof(VSS_COMPONENTINFO, bstrCaption) == 24 &&
              offsetof(VSS_COMPONENTINFO, bRestoreMetadata) == 44 &&
              offsetof(VSS_COMPONENTINFO, dwComponentFlags) == 48 && offsetof(VSS_COMPONENTINFO, cDependencies) == 64);

/** With its second base, which the header forgot. */
struct WriterComponentsExt : IVssWriterComponents, IUnknown {};

/** MSXML's document up to its text, slot 34 of IXMLDOMNode (msxml.h); the slots before are not implemented. */
struct XmlDocument : IDispatch {
  HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT*) final { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo**) final { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) final { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*, UINT*) final {
    return E_NOTIMPL;
  }
#define NOT_IMPLEMENTED(slot) \
  virtual HRESULT STDMETHODCALLTYPE Slot##slot() { return E_NOTIMPL; }
  NOT_IMPLEMENTED(7)
  NOT_IMPLEMENTED(8)
  NOT_IMPLEMENTED(9)
  NOT_IMPLEMENTED(10)
  NOT_IMPLEMENTED(11)
  NOT_IMPLEMENTED(12)
  NOT_IMPLEMENTED(13)
  NOT_IMPLEMENTED(14)
  NOT_IMPLEMENTED(15)
  NOT_IMPLEMENTED(16)
  NOT_IMPLEMENTED(17)
  NOT_IMPLEMENTED(18)
  NOT_IMPLEMENTED(19)
  NOT_IMPLEMENTED(20)
  NOT_IMPLEMENTED(21)
  NOT_IMPLEMENTED(22)
  NOT_IMPLEMENTED(23)
  NOT_IMPLEMENTED(24)
  NOT_IMPLEMENTED(25)
  NOT_IMPLEMENTED(26)
  NOT_IMPLEMENTED(27)
  NOT_IMPLEMENTED(28)
  NOT_IMPLEMENTED(29)
  NOT_IMPLEMENTED(30)
  NOT_IMPLEMENTED(31)
  NOT_IMPLEMENTED(32)
  NOT_IMPLEMENTED(33)
#undef NOT_IMPLEMENTED
  virtual HRESULT STDMETHODCALLTYPE get_xml(BSTR* xml) = 0;
};

/** An object of ours as the headers know it. */
template <class Wanted, class Object>
Wanted* Given(Object* object) {
  if constexpr (std::is_base_of_v<Wanted, Object>) {
    return object;
  } else {
    return reinterpret_cast<Wanted*>(object);  // WriterComponentsExt and XmlDocument
  }
}

template <class... Interfaces>
bool IsOneOf(REFIID iid) {
  return iid == IID_IUnknown || ((iid == __uuidof(Interfaces)) || ...);
}

/** Which interfaces an object answers for; those without an IID cannot be asked for. */
inline bool Implements(const IVssBackupComponentsEx4*, REFIID iid) {
  return IsOneOf<IVssBackupComponents, IVssBackupComponentsEx, IVssBackupComponentsEx2, IVssBackupComponentsEx3,
                 IVssBackupComponentsEx4>(iid);
}
inline bool Implements(const IVssExamineWriterMetadataEx2*, REFIID iid) {
  return IsOneOf<IVssExamineWriterMetadata, IVssExamineWriterMetadataEx, IVssExamineWriterMetadataEx2>(iid);
}
inline bool Implements(const IVssComponentEx2*, REFIID iid) {
  return IsOneOf<IVssComponent, IVssComponentEx, IVssComponentEx2>(iid);
}
inline bool Implements(const IVssAsync*, REFIID iid) { return IsOneOf<IVssAsync>(iid); }
inline bool Implements(const IVssEnumObject*, REFIID iid) { return IsOneOf<IVssEnumObject>(iid); }
inline bool Implements(const IVssEnumMgmtObject*, REFIID iid) { return IsOneOf<IVssEnumMgmtObject>(iid); }
inline bool Implements(const IVssDifferentialSoftwareSnapshotMgmt*, REFIID iid) {
  return IsOneOf<IVssDifferentialSoftwareSnapshotMgmt>(iid);
}
inline bool Implements(const IVssAdmin*, REFIID iid) { return IsOneOf<IVssAdmin>(iid); }
inline bool Implements(const IVssWMComponent*, REFIID iid) { return IsOneOf<>(iid); }
inline bool Implements(const IVssWMFiledesc*, REFIID iid) { return IsOneOf<>(iid); }
inline bool Implements(const IVssWMDependency*, REFIID iid) { return IsOneOf<>(iid); }
inline bool Implements(const WriterComponentsExt*, REFIID iid) { return IsOneOf<>(iid); }
inline bool Implements(const XmlDocument*, REFIID iid) {
  return IsOneOf<>(iid) || iid == IID_IDispatch || iid == IID_IXMLDOMDocument;
}
