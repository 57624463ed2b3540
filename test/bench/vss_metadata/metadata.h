// A writer's metadata that costs nothing to ask for: what remains of a call's time is the addon's.
#pragma once

#include <cstdint>

#include "winbackup/vss.h"

namespace winbackup::bench {

/** As CreateVssExamineWriterMetadataInternal: the document is the number of components, each with two file sets. */
HRESULT STDAPICALLTYPE CreateMetadata(BSTR document, IVssExamineWriterMetadata** metadata);

/** Calls what ReadAll calls, and keeps nothing; how many calls that were. */
std::uint64_t ReadDirectly(IVssExamineWriterMetadata& metadata);

}  // namespace winbackup::bench
