// The firehose's COM class: what a client of sqlvdi.dll sees of the scripted server. It takes the class's place in this
// process only.
#pragma once

#include <windows.h>

#include <optional>

#include "server.h"

namespace winbackup::bench {

/** The script of the sets that are made from now on. */
void SetScript(const Script& script);

/** The outcome of the latest set's transfer; nothing while it goes on. */
std::optional<Outcome> LatestOutcome();

/** Registers the class in this process's multithreaded apartment: CoCreateInstance finds it there before it looks into
 * the registry. */
HRESULT RegisterFirehose();

}  // namespace winbackup::bench
