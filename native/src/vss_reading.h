// All that a writer's metadata, or its part of the components document, holds, read in one call: a writer has thousands
// of fields, and each would be a crossing of its own.
#pragma once

#include <span>

#include "machine.h"

namespace winbackup {

/**
 * IVssExamineWriterMetadata::ReadAll and IVssWriterComponentsExt::ReadAll. Not of Windows: each calls every getter of
 * the interface, and of what it gives out, and answers with one object, in the form of lib/vss/writer-metadata.ts and
 * lib/vss/components-document.ts. What a Windows without the newer interfaces lacks has the value that it has there.
 * When a getter fails, the answer is its name and the call fails with its code.
 */
extern const std::span<const Operation> kReadings;

}  // namespace winbackup
