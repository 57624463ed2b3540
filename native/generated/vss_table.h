// Generated from lib/binding/tables/vss.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <span>

#include "descriptors.h"

namespace winbackup {

extern const Interface kIVssBackupComponents;
extern const Interface kIVssBackupComponentsEx;
extern const Interface kIVssBackupComponentsEx2;
extern const Interface kIVssBackupComponentsEx3;
extern const Interface kIVssBackupComponentsEx4;
extern const Interface kIVssAsync;
extern const Interface kIVssEnumObject;
extern const Interface kIVssExamineWriterMetadata;
extern const Interface kIVssExamineWriterMetadataEx;
extern const Interface kIVssExamineWriterMetadataEx2;
extern const Interface kIVssWMComponent;
extern const Interface kIVssWMFiledesc;
extern const Interface kIVssWMDependency;
extern const Interface kIVssWriterComponentsExt;
extern const Interface kIVssComponent;
extern const Interface kIVssComponentEx;
extern const Interface kIVssComponentEx2;
extern const Interface kIVssAdmin;
extern const Interface kIVssDifferentialSoftwareSnapshotMgmt;
extern const Interface kIVssEnumMgmtObject;
extern const Interface kIXMLDOMDocument;
extern const std::span<const Interface* const> kVssInterfaces;
extern const std::span<const ComClass> kVssClasses;

}  // namespace winbackup
