// A client of the Virtual Device Interface that shares nothing with the addon and the double: vtable slots counted by
// hand, structs written as byte offsets (facts/vdi.md 1.2, 1.3), no header but Windows' own. It backs a database up
// into memory and restores it from there, and reports as JSON what it saw.
#include <objbase.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef void** const* object_t; /* a COM object: its first word is the address of its vtable */

static const GUID class_id = {0x40700425, 0x0080, 0x11d2, {0x85, 0x1f, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};
static const GUID set2_id = {0xd0e6eb07, 0x7a62, 0x11d2, {0x85, 0x73, 0x00, 0xc0, 0x4f, 0xc2, 0x17, 0x59}};

#define SLOT(object, slot, ...) ((HRESULT(WINAPI*)(object_t, ##__VA_ARGS__))(*(object))[slot])
/* IUnknown */
#define RELEASE(o) ((ULONG(WINAPI*)(object_t))(*(o))[2])(o)
/* IClientVirtualDevice */
#define GET_COMMAND(o, timeout, command) SLOT(o, 3, DWORD, BYTE**)(o, timeout, command)
#define COMPLETE_COMMAND(o, command, code, bytes, position) \
  SLOT(o, 4, BYTE*, DWORD, DWORD, DWORDLONG)(o, command, code, bytes, position)
/* IClientVirtualDeviceSet2 */
#define GET_CONFIGURATION(o, timeout, config) SLOT(o, 4, DWORD, BYTE*)(o, timeout, config)
#define OPEN_DEVICE(o, name, device) SLOT(o, 5, const WCHAR*, object_t*)(o, name, device)
#define CLOSE(o) SLOT(o, 6)(o)
#define SIGNAL_ABORT(o) SLOT(o, 7)(o)
#define CREATE_EX(o, instance, name, config) SLOT(o, 11, const WCHAR*, const WCHAR*, BYTE*)(o, instance, name, config)

static DWORD read32(const BYTE* at) {
  DWORD value;
  memcpy(&value, at, 4);
  return value;
}
static void write32(BYTE* at, DWORD value) { memcpy(at, &value, 4); }

enum { VDC_READ = 1, VDC_WRITE = 2, VDC_CLEAR_ERROR = 3, VDC_FLUSH = 12, VDC_COMPLETE = 19 };

static struct {
  object_t set;
  WCHAR name[128];
  BYTE* stream; /* what a backup wrote, and a restore reads */
  size_t length, capacity, position;
  CO_MTA_USAGE_COOKIE apartment;
} client;

static int append(char* report, size_t size, const char* format, ...) {
  const size_t used = strlen(report);
  va_list arguments;
  va_start(arguments, format);
  const int written = vsnprintf(report + used, size - used, format, arguments);
  va_end(arguments);
  return written;
}

/* Makes the set, as a client of SQL Server's default instance does before it sends its statement. */
void client_create(const WCHAR* name, DWORD features, char* report, size_t size) {
  BYTE config[44] = {0};
  report[0] = 0;
  CoIncrementMTAUsage(&client.apartment);
  const HRESULT activated = CoCreateInstance(&class_id, NULL, CLSCTX_INPROC_SERVER, &set2_id, (void**)&client.set);
  append(report, size, "{\"activated\":%lu", (unsigned long)activated);
  if (SUCCEEDED(activated)) {
    wcsncpy(client.name, name, 127);
    write32(config + 0, 1);        /* deviceCount */
    write32(config + 4, features); /* features */
    append(report, size, ",\"createEx\":%lu", (unsigned long)CREATE_EX(client.set, NULL, client.name, config));
  }
  append(report, size, "}");
}

static DWORD take(const BYTE* from, DWORD count) {
  if (client.length + count > client.capacity) {
    client.capacity = (client.length + count) * 2;
    client.stream = realloc(client.stream, client.capacity);
  }
  memcpy(client.stream + client.length, from, count);
  client.length += count;
  return count;
}

static DWORD give(BYTE* to, DWORD count) {
  const size_t left = client.length - client.position;
  if (count > left) count = (DWORD)left;
  memcpy(to, client.stream + client.position, count);
  client.position += count;
  return count;
}

/* Serves the one device until the set ends, or aborts it after so many commands (0: never). */
void client_transfer(DWORD abort_after, char* report, size_t size) {
  BYTE config[44] = {0};
  object_t device = NULL;
  BYTE* command = NULL;
  BYTE nobody[24] = {0};
  DWORD counts[32] = {0};
  DWORD commands = 0;
  HRESULT result;
  report[0] = 0;

  append(report, size, "{\"getConfiguration\":%lu", (unsigned long)GET_CONFIGURATION(client.set, INFINITE, config));
  append(report, size, ",\"config\":[");
  for (int i = 0; i < 11; ++i) append(report, size, i == 0 ? "%lu" : ",%lu", (unsigned long)read32(config + 4 * i));
  append(report, size, "],\"openDevice\":%lu", (unsigned long)OPEN_DEVICE(client.set, client.name, &device));
  if (device == NULL) {
    append(report, size, "}");
    return;
  }
  append(report, size, ",\"completeUnknown\":%lu", (unsigned long)COMPLETE_COMMAND(device, nobody, 0, 0, 0));
  client.position = 0;
  if (read32(config + 4) & 0x10000) client.length = 0; /* VDF_WriteMedia: a backup, into an empty stream */

  while (SUCCEEDED(result = GET_COMMAND(device, INFINITE, &command))) {
    const DWORD code = read32(command + 0), asked = read32(command + 4);
    BYTE* const buffer = *(BYTE**)(command + 16);
    DWORD moved = 0, completion = 0;
    commands += 1;
    if (code < 32) counts[code] += 1;
    if (code == VDC_WRITE)
      moved = take(buffer, asked);
    else if (code == VDC_READ && (moved = give(buffer, asked)) < asked)
      completion = ERROR_HANDLE_EOF;
    else if (code != VDC_READ && code != VDC_FLUSH && code != VDC_CLEAR_ERROR && code != VDC_COMPLETE)
      completion = ERROR_NOT_SUPPORTED;
    if (commands == abort_after) append(report, size, ",\"signalAbort\":%lu", (unsigned long)SIGNAL_ABORT(client.set));
    const HRESULT completed = COMPLETE_COMMAND(device, command, completion, moved, 0);
    if (commands == 1) {
      append(report, size, ",\"completed\":%lu", (unsigned long)completed);
      append(report, size, ",\"completedTwice\":%lu",
             (unsigned long)COMPLETE_COMMAND(device, command, completion, moved, 0));
    }
  }
  append(report, size, ",\"end\":%lu,\"bytes\":%llu,\"counts\":{", (unsigned long)result,
         (unsigned long long)client.length);
  for (int code = 0, first = 1; code < 32; ++code) {
    if (counts[code] == 0) continue;
    append(report, size, first ? "\"%d\":%lu" : ",\"%d\":%lu", code, (unsigned long)counts[code]);
    first = 0;
  }
  append(report, size, "},\"releaseDevice\":%lu}", (unsigned long)RELEASE(device));
}

/* Ends the set; the stream is kept for a restore. */
void client_close(char* report, size_t size) {
  report[0] = 0;
  append(report, size, "{\"close\":%lu", (unsigned long)CLOSE(client.set));
  append(report, size, ",\"release\":%lu}", (unsigned long)RELEASE(client.set));
  CoDecrementMTAUsage(client.apartment);
  client.set = NULL;
}
