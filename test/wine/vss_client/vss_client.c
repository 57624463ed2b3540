// A VSS requester that shares nothing with the addon and the double: vtable slots counted by hand from facts/vss.md 1.2
// and 1.3, structs of its own (1.4), no header of VSS. It goes the documented way of a backup in component mode (2.1)
// and reports as JSON what it saw.
#include <objbase.h>
#include <oleauto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

typedef void** const* object_t; /* a COM object: its first word is the address of its vtable */

#define SLOT(object, slot, ...) ((HRESULT(WINAPI*)(object_t, ##__VA_ARGS__))(*(object))[slot])
#define QUERY_INTERFACE(o, iid, found) SLOT(o, 0, const GUID*, object_t*)(o, iid, found)
#define RELEASE(o) ((ULONG(WINAPI*)(object_t))(*(o))[2])(o)
/* IVssBackupComponents */
#define GET_WRITER_COMPONENTS_COUNT(o, count) SLOT(o, 3, UINT*)(o, count)
#define GET_WRITER_COMPONENTS(o, index, writer) SLOT(o, 4, UINT, object_t*)(o, index, writer)
#define INITIALIZE_FOR_BACKUP(o, xml) SLOT(o, 5, BSTR)(o, xml)
#define SET_BACKUP_STATE(o, components, system, type, partial) \
  SLOT(o, 6, BYTE, BYTE, int, BYTE)(o, components, system, type, partial)
#define GATHER_WRITER_METADATA(o, async) SLOT(o, 9, object_t*)(o, async)
#define GET_WRITER_METADATA_COUNT(o, count) SLOT(o, 10, UINT*)(o, count)
#define GET_WRITER_METADATA(o, index, instance, metadata) \
  SLOT(o, 11, UINT, GUID*, object_t*)(o, index, instance, metadata)
#define FREE_WRITER_METADATA(o) SLOT(o, 12)(o)
#define ADD_COMPONENT(o, instance, writer, type, path, name) \
  SLOT(o, 13, GUID, GUID, int, const WCHAR*, const WCHAR*)(o, instance, writer, type, path, name)
#define PREPARE_FOR_BACKUP(o, async) SLOT(o, 14, object_t*)(o, async)
#define GATHER_WRITER_STATUS(o, async) SLOT(o, 16, object_t*)(o, async)
#define FREE_WRITER_STATUS(o) SLOT(o, 18)(o)
#define GET_WRITER_STATUS(o, index, instance, writer, name, state, failure) \
  SLOT(o, 19, UINT, GUID*, GUID*, BSTR*, int*, HRESULT*)(o, index, instance, writer, name, state, failure)
#define SET_BACKUP_SUCCEEDED(o, instance, writer, type, path, name, succeeded) \
  SLOT(o, 20, GUID, GUID, int, const WCHAR*, const WCHAR*, BYTE)(o, instance, writer, type, path, name, succeeded)
#define COMPONENTS_SAVE_AS_XML(o, xml) SLOT(o, 26, BSTR*)(o, xml)
#define BACKUP_COMPLETE(o, async) SLOT(o, 27, object_t*)(o, async)
#define SET_CONTEXT(o, context) SLOT(o, 35, LONG)(o, context)
#define START_SNAPSHOT_SET(o, set) SLOT(o, 36, GUID*)(o, set)
#define ADD_TO_SNAPSHOT_SET(o, volume, provider, snapshot) \
  SLOT(o, 37, const WCHAR*, GUID, GUID*)(o, volume, provider, snapshot)
#define DO_SNAPSHOT_SET(o, async) SLOT(o, 38, object_t*)(o, async)
#define GET_SNAPSHOT_PROPERTIES(o, id, properties) SLOT(o, 42, GUID, void*)(o, id, properties)
#define QUERY(o, id, type, returned, found) SLOT(o, 43, GUID, int, int, object_t*)(o, id, type, returned, found)
#define IS_VOLUME_SUPPORTED(o, provider, volume, supported) \
  SLOT(o, 44, GUID, const WCHAR*, BOOL*)(o, provider, volume, supported)
/* IVssBackupComponentsEx3, IVssBackupComponentsEx4 */
#define GET_SESSION_ID(o, session) SLOT(o, 63, GUID*)(o, session)
#define GET_ROOT_AND_PREFIX(o, path, root, prefix, normalize) \
  SLOT(o, 64, const WCHAR*, WCHAR**, WCHAR**, BOOL)(o, path, root, prefix, normalize)
/* IVssAsync */
#define WAIT(o, timeout) SLOT(o, 4, DWORD)(o, timeout)
#define QUERY_STATUS(o, status) SLOT(o, 5, HRESULT*, INT*)(o, status, NULL)
/* IVssEnumObject */
#define NEXT(o, count, elements, fetched) SLOT(o, 3, ULONG, void*, ULONG*)(o, count, elements, fetched)
/* IVssExamineWriterMetadata */
#define GET_IDENTITY(o, instance, writer, name, usage, source) \
  SLOT(o, 3, GUID*, GUID*, BSTR*, int*, int*)(o, instance, writer, name, usage, source)
#define GET_FILE_COUNTS(o, included, excluded, components) \
  SLOT(o, 4, UINT*, UINT*, UINT*)(o, included, excluded, components)
#define GET_COMPONENT(o, index, component) SLOT(o, 7, UINT, object_t*)(o, index, component)
#define METADATA_SAVE_AS_XML(o, xml) SLOT(o, 12, BSTR*)(o, xml)
/* IVssWMComponent, IVssWMFiledesc */
#define GET_COMPONENT_INFO(o, info) SLOT(o, 3, const struct component_info**)(o, info)
#define FREE_COMPONENT_INFO(o, info) SLOT(o, 4, const struct component_info*)(o, info)
#define GET_DATABASE_FILE(o, index, file) SLOT(o, 6, UINT, object_t*)(o, index, file)
#define GET_PATH(o, text) SLOT(o, 3, BSTR*)(o, text)
#define GET_FILESPEC(o, text) SLOT(o, 4, BSTR*)(o, text)
#define GET_RECURSIVE(o, recursive) SLOT(o, 5, BYTE*)(o, recursive)
/* IVssWriterComponentsExt: its own methods from slot 0, IUnknown behind a second vtable pointer */
#define WRITER_COMPONENT_COUNT(o, count) SLOT(o, 0, UINT*)(o, count)
#define WRITER_COMPONENT(o, index, component) SLOT(o, 2, UINT, object_t*)(o, index, component)
#define SECOND_BASE(o) ((object_t)((void**)(o) + 1))
/* IVssComponent */
#define COMPONENT_NAME(o, name) SLOT(o, 5, BSTR*)(o, name)
#define BACKUP_SUCCEEDED(o, succeeded) SLOT(o, 6, BYTE*)(o, succeeded)

struct snapshot { /* 128 bytes */
  GUID id, set;
  LONG count;
  WCHAR *device, *volume, *origin, *service, *exposed_name, *exposed_path;
  GUID provider;
  LONG attributes;
  LONGLONG created;
  int status;
};
struct component_info { /* 72 bytes */
  int type;
  BSTR path, name, caption;
  BYTE* icon;
  UINT icon_size;
  BYTE restore_metadata, notify, selectable, selectable_for_restore;
  DWORD flags;
  UINT files, databases, logs, dependencies;
};
struct provider { /* 72 bytes */
  GUID id;
  WCHAR* name;
  int type;
  WCHAR* version;
  GUID version_id, class_id;
};
_Static_assert(sizeof(struct snapshot) == 128, "VSS_SNAPSHOT_PROP");
_Static_assert(sizeof(struct component_info) == 72, "VSS_COMPONENTINFO");
_Static_assert(sizeof(struct provider) == 72, "VSS_PROVIDER_PROP");

static const GUID null_id;
static const GUID ex3_id = {0xc191bfbc, 0xb602, 0x4675, {0x8b, 0xd1, 0x67, 0xd6, 0x42, 0xf5, 0x29, 0xd5}};
static const GUID ex4_id = {0xf434c2fd, 0xb553, 0x4961, {0xa9, 0xf9, 0xa8, 0xe9, 0x0b, 0x67, 0x3e, 0x53}};

enum { COPY = 5, DATABASE = 1, NONE = 1, PROVIDER = 4 };

static struct {
  object_t components;
  CO_MTA_USAGE_COOKIE apartment;
  char failure[128]; /* the first call that failed */
  char* report;
  size_t size;
} client;

static void append(const char* format, ...) {
  const size_t used = strlen(client.report);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(client.report + used, client.size - used, format, arguments);
  va_end(arguments);
}

static void append_text(const char* name, const WCHAR* text) {
  append(",\"%s\":", name);
  if (text == NULL) {
    append("null");
    return;
  }
  append("\"");
  for (; *text != 0; ++text) append(*text == L'\\' || *text == L'"' ? "\\%c" : "%c", (char)*text);
  append("\"");
}

static void append_guid(const char* name, const GUID* id) {
  append(",\"%s\":\"%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\"", name, id->Data1, id->Data2, id->Data3,
         id->Data4[0], id->Data4[1], id->Data4[2], id->Data4[3], id->Data4[4], id->Data4[5], id->Data4[6],
         id->Data4[7]);
}

/* True when it succeeded, and nothing before has failed. */
static int passed(const char* call, HRESULT result) {
  if (FAILED(result) && client.failure[0] == 0) {
    snprintf(client.failure, sizeof(client.failure), "%s: %08lx", call, (unsigned long)result);
  }
  return client.failure[0] == 0;
}
#define CALL(call) (client.failure[0] == 0 ? passed(#call, call) : 0)

/* Waits for the operation's own result. */
static void finish(const char* what, HRESULT started, object_t async) {
  HRESULT status = S_OK;
  if (!passed(what, started)) return;
  do {
    if (!CALL(WAIT(async, 1000)) || !CALL(QUERY_STATUS(async, &status))) break;
  } while (status == 0x00042309);
  passed(what, status);
  RELEASE(async);
}
#define FINISH(OPERATION)                                         \
  do {                                                            \
    object_t async = NULL;                                        \
    if (client.failure[0] != 0) break;                            \
    const HRESULT started = OPERATION(client.components, &async); \
    finish(#OPERATION, started, async);                           \
  } while (0)

/* The first database component of SqlServerWriter; its files are reported. */
static void examine(GUID* instance, GUID* writer, WCHAR* path, WCHAR* name) {
  UINT writers = 0;
  CALL(GET_WRITER_METADATA_COUNT(client.components, &writers));
  append(",\"writers\":%u", writers);
  for (UINT index = 0; index < writers && client.failure[0] == 0; ++index) {
    object_t metadata = NULL, component = NULL, file = NULL;
    BSTR writer_name = NULL, text = NULL, xml = NULL;
    GUID id, own;
    int usage = 0, source = 0;
    UINT included = 0, excluded = 0, components = 0;
    const struct component_info* info = NULL;
    if (!CALL(GET_WRITER_METADATA(client.components, index, &id, &metadata))) return;
    CALL(GET_IDENTITY(metadata, &own, writer, &writer_name, &usage, &source));
    CALL(GET_FILE_COUNTS(metadata, &included, &excluded, &components));
    CALL(METADATA_SAVE_AS_XML(metadata, &xml));
    if (writer_name != NULL && wcscmp(writer_name, L"SqlServerWriter") == 0) {
      *instance = id;
      append_guid("writerId", writer);
      append_guid("instanceId", &id);
      append(",\"usage\":%d,\"source\":%d,\"components\":%u,\"metadataLength\":%u", usage, source, components,
             SysStringLen(xml));
      if (CALL(GET_COMPONENT(metadata, 0, &component)) && CALL(GET_COMPONENT_INFO(component, &info))) {
        append(",\"type\":%d,\"selectable\":%d,\"notify\":%d,\"flags\":%lu,\"databases\":%u,\"logs\":%u", info->type,
               info->selectable, info->notify, info->flags, info->databases, info->logs);
        append_text("caption", info->caption);
        lstrcpynW(path, info->path, 64);
        lstrcpynW(name, info->name, 64);
        CALL(FREE_COMPONENT_INFO(component, info));
        if (CALL(GET_DATABASE_FILE(component, 0, &file))) {
          BYTE recursive = 9;
          if (CALL(GET_PATH(file, &text))) append_text("path", text);
          SysFreeString(text);
          text = NULL;
          if (CALL(GET_FILESPEC(file, &text))) append_text("filespec", text);
          SysFreeString(text);
          CALL(GET_RECURSIVE(file, &recursive));
          append(",\"recursive\":%u", recursive);
          RELEASE(file);
        }
        RELEASE(component);
      }
      index = writers;
    }
    SysFreeString(writer_name);
    SysFreeString(xml);
    RELEASE(metadata);
  }
  CALL(FREE_WRITER_METADATA(client.components));
}

/* The writer's component as it is in the document now. */
static void read_document(void) {
  object_t writer = NULL, component = NULL;
  UINT writers = 0, components = 0;
  BSTR name = NULL;
  BYTE succeeded = 9;
  CALL(GET_WRITER_COMPONENTS_COUNT(client.components, &writers));
  if (!CALL(GET_WRITER_COMPONENTS(client.components, 0, &writer))) return;
  CALL(WRITER_COMPONENT_COUNT(writer, &components));
  append(",\"documentWriters\":%u,\"documentComponents\":%u", writers, components);
  if (CALL(WRITER_COMPONENT(writer, 0, &component))) {
    if (CALL(COMPONENT_NAME(component, &name))) append_text("documentName", name);
    SysFreeString(name);
    CALL(BACKUP_SUCCEEDED(component, &succeeded));
    append(",\"succeeded\":%u", succeeded);
    RELEASE(component);
  }
  RELEASE(SECOND_BASE(writer));
}

static void read_status(void) {
  GUID instance, writer;
  BSTR name = NULL;
  int state = 0;
  HRESULT failure = E_FAIL;
  FINISH(GATHER_WRITER_STATUS);
  if (!CALL(GET_WRITER_STATUS(client.components, 0, &instance, &writer, &name, &state, &failure))) return;
  append_text("statusOf", name);
  append(",\"state\":%d,\"stateFailure\":%ld", state, failure);
  SysFreeString(name);
  CALL(FREE_WRITER_STATUS(client.components));
}

static void read_providers(void) {
  object_t found = NULL;
  struct {
    int type;
    struct provider provider;
    BYTE rest[56]; /* a union with the larger struct */
  } elements[4];
  ULONG fetched = 0;
  _Static_assert(sizeof(elements[0]) == 136, "VSS_OBJECT_PROP");
  if (!CALL(QUERY(client.components, null_id, NONE, PROVIDER, &found))) return;
  const HRESULT result = NEXT(found, 4, elements, &fetched);
  passed("NEXT", result);
  append(",\"next\":%ld,\"providers\":%lu", result, fetched);
  for (ULONG index = 0; index < fetched; ++index) {
    if (index == 0) {
      append(",\"providerType\":%d", elements[0].provider.type);
      append_text("provider", elements[0].provider.name);
    }
    CoTaskMemFree(elements[index].provider.name);
    CoTaskMemFree(elements[index].provider.version);
  }
  RELEASE(found);
}

/* By the interfaces that it must be asked for. */
static void read_later_interfaces(void) {
  object_t later = NULL;
  GUID session = null_id;
  WCHAR *root = NULL, *prefix = NULL;
  if (CALL(QUERY_INTERFACE(client.components, &ex3_id, &later))) {
    CALL(GET_SESSION_ID(later, &session));
    append(",\"session\":%d", memcmp(&session, &null_id, sizeof(session)) != 0);
    RELEASE(later);
  }
  if (CALL(QUERY_INTERFACE(client.components, &ex4_id, &later))) {
    if (CALL(GET_ROOT_AND_PREFIX(later, L"C:\\data\\a.txt", &root, &prefix, FALSE))) append_text("root", root);
    CoTaskMemFree(root);
    CoTaskMemFree(prefix);
    RELEASE(later);
  }
}

/* From creation to BackupComplete; the object stays. `entry` is one of the names that vssapi.dll exports it by. */
void client_back_up(const char* entry, char* report, size_t size) {
  HRESULT(WINAPI * create)(object_t*) = NULL;
  void(WINAPI * free_properties)(struct snapshot*) = NULL;
  GUID instance = null_id, writer = null_id, set = null_id, id = null_id;
  WCHAR path[64] = L"", name[64] = L"";
  struct snapshot properties;
  BSTR xml = NULL;
  BOOL supported = 9;
  client.report = report;
  client.size = size;
  client.failure[0] = 0;
  report[0] = 0;
  CoIncrementMTAUsage(&client.apartment);
  const HMODULE library = LoadLibraryExW(L"vssapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
  create = (HRESULT(WINAPI*)(object_t*))GetProcAddress(library, entry);
  free_properties = (void(WINAPI*)(struct snapshot*))GetProcAddress(library, "VssFreeSnapshotProperties");
  append("{\"entries\":%d", create != NULL && free_properties != NULL);
  if (create == NULL || free_properties == NULL) return;
  if (CALL(create(&client.components))) {
    CALL(INITIALIZE_FOR_BACKUP(client.components, NULL));
    CALL(SET_CONTEXT(client.components, 0));
    CALL(SET_BACKUP_STATE(client.components, 1, 0, COPY, 0));
    FINISH(GATHER_WRITER_METADATA);
    examine(&instance, &writer, path, name);
    CALL(ADD_COMPONENT(client.components, instance, writer, DATABASE, path, name));
    CALL(IS_VOLUME_SUPPORTED(client.components, null_id, L"C:\\", &supported));
    CALL(START_SNAPSHOT_SET(client.components, &set));
    CALL(ADD_TO_SNAPSHOT_SET(client.components, L"C:\\", null_id, &id));
    FINISH(PREPARE_FOR_BACKUP);
    read_status();
    FINISH(DO_SNAPSHOT_SET);
    memset(&properties, 0, sizeof(properties));
    if (CALL(GET_SNAPSHOT_PROPERTIES(client.components, id, &properties))) {
      append_guid("snapshotId", &properties.id);
      append_guid("snapshotSetId", &properties.set);
      append_guid("providerId", &properties.provider);
      append_text("device", properties.device);
      append_text("volume", properties.volume);
      append_text("origin", properties.origin);
      append_text("exposedName", properties.exposed_name);
      append(",\"count\":%ld,\"attributes\":%ld,\"status\":%d,\"created\":\"%lld\"", properties.count,
             properties.attributes, properties.status, properties.created);
      free_properties(&properties);
    }
    CALL(SET_BACKUP_SUCCEEDED(client.components, instance, writer, DATABASE, path, name, 1));
    FINISH(BACKUP_COMPLETE);
    read_document();
    read_providers();
    read_later_interfaces();
    CALL(COMPONENTS_SAVE_AS_XML(client.components, &xml));
    append(",\"supported\":%d,\"documentLength\":%u,\"sameIds\":%d", supported, SysStringLen(xml),
           memcmp(&id, &properties.id, sizeof(id)) == 0 && memcmp(&set, &properties.set, sizeof(set)) == 0);
    SysFreeString(xml);
  }
  append(",\"failure\":\"%s\"}", client.failure);
}

void client_release(char* report, size_t size) {
  snprintf(report, size, "{\"references\":%lu}", client.components == NULL ? 0 : RELEASE(client.components));
  client.components = NULL;
  CoDecrementMTAUsage(client.apartment);
}
