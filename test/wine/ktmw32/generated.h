// Generated from lib/binding/tables/ktm.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
// The functions are declared by hand in abi.h, so that table and declarations check each other.
extern "C" HANDLE WINAPI CreateTransaction([[maybe_unused]] LPSECURITY_ATTRIBUTES security, [[maybe_unused]] LPGUID uow, [[maybe_unused]] DWORD createOptions, [[maybe_unused]] DWORD isolationLevel, [[maybe_unused]] DWORD isolationFlags, [[maybe_unused]] DWORD timeoutMs, [[maybe_unused]] LPWSTR description) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  Call call{0, "KtmW32::CreateTransaction", outputs, {uint32_t{createOptions}, uint32_t{timeoutMs}, In(description)}};
  return SendForHandle(call);
}

extern "C" HANDLE WINAPI OpenTransaction([[maybe_unused]] DWORD desiredAccess, [[maybe_unused]] LPGUID transactionId) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  if (transactionId == nullptr) return Fail<HANDLE>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::OpenTransaction", outputs, {uint32_t{desiredAccess}, Value{*transactionId}}};
  return SendForHandle(call);
}

extern "C" BOOL WINAPI CommitTransaction([[maybe_unused]] HANDLE transaction) {
  Call call{0, "KtmW32::CommitTransaction", {}, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI CommitTransactionAsync([[maybe_unused]] HANDLE transaction) {
  Call call{0, "KtmW32::CommitTransactionAsync", {}, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RollbackTransaction([[maybe_unused]] HANDLE transaction) {
  Call call{0, "KtmW32::RollbackTransaction", {}, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RollbackTransactionAsync([[maybe_unused]] HANDLE transaction) {
  Call call{0, "KtmW32::RollbackTransactionAsync", {}, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI GetTransactionId([[maybe_unused]] HANDLE transaction, [[maybe_unused]] LPGUID transactionId) {
  static constexpr OutputKind outputs[] = {{Kind::kGuid}};
  Call call{0, "KtmW32::GetTransactionId", outputs, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], transactionId);
}

extern "C" BOOL WINAPI GetTransactionInformation([[maybe_unused]] HANDLE transaction, [[maybe_unused]] PDWORD outcome, [[maybe_unused]] PDWORD isolationLevel, [[maybe_unused]] PDWORD isolationFlags, [[maybe_unused]] PDWORD timeoutMs, [[maybe_unused]] DWORD description_length, [[maybe_unused]] LPWSTR description) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kU32}, {Kind::kU32}, {Kind::kU32}, {Kind::kText}};
  Call call{0, "KtmW32::GetTransactionInformation", outputs, {InHandle(transaction)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], outcome) && Out(call.outputs[1], isolationLevel) && Out(call.outputs[2], isolationFlags) && Out(call.outputs[3], timeoutMs) && Out(call.outputs[4], description, description_length);
}

extern "C" BOOL WINAPI SetTransactionInformation([[maybe_unused]] HANDLE transaction, [[maybe_unused]] DWORD isolationLevel, [[maybe_unused]] DWORD isolationFlags, [[maybe_unused]] DWORD timeoutMs, [[maybe_unused]] LPWSTR description) {
  Call call{0, "KtmW32::SetTransactionInformation", {}, {InHandle(transaction), uint32_t{timeoutMs}, In(description)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" HANDLE WINAPI CreateTransactionManager([[maybe_unused]] LPSECURITY_ATTRIBUTES security, [[maybe_unused]] LPWSTR logFileName, [[maybe_unused]] DWORD createOptions, [[maybe_unused]] ULONG commitStrength) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  Call call{0, "KtmW32::CreateTransactionManager", outputs, {In(logFileName), uint32_t{createOptions}}};
  return SendForHandle(call);
}

extern "C" HANDLE WINAPI OpenTransactionManager([[maybe_unused]] LPWSTR logFileName, [[maybe_unused]] DWORD desiredAccess, [[maybe_unused]] ULONG openOptions) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  Call call{0, "KtmW32::OpenTransactionManager", outputs, {In(logFileName), uint32_t{desiredAccess}}};
  return SendForHandle(call);
}

extern "C" HANDLE WINAPI OpenTransactionManagerById([[maybe_unused]] LPGUID managerId, [[maybe_unused]] DWORD desiredAccess, [[maybe_unused]] ULONG openOptions) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  if (managerId == nullptr) return Fail<HANDLE>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::OpenTransactionManagerById", outputs, {Value{*managerId}, uint32_t{desiredAccess}}};
  return SendForHandle(call);
}

extern "C" BOOL WINAPI RenameTransactionManager([[maybe_unused]] LPWSTR logFileName, [[maybe_unused]] LPGUID existingManagerId) {
  if (existingManagerId == nullptr) return Fail<BOOL>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::RenameTransactionManager", {}, {In(logFileName), Value{*existingManagerId}}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RecoverTransactionManager([[maybe_unused]] HANDLE manager) {
  Call call{0, "KtmW32::RecoverTransactionManager", {}, {InHandle(manager)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RollforwardTransactionManager([[maybe_unused]] HANDLE manager, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::RollforwardTransactionManager", {}, {InHandle(manager), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI GetCurrentClockTransactionManager([[maybe_unused]] HANDLE manager, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  static constexpr OutputKind outputs[] = {{Kind::kU64}};
  Call call{0, "KtmW32::GetCurrentClockTransactionManager", outputs, {InHandle(manager)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], virtualClock);
}

extern "C" BOOL WINAPI GetTransactionManagerId([[maybe_unused]] HANDLE manager, [[maybe_unused]] LPGUID managerId) {
  static constexpr OutputKind outputs[] = {{Kind::kGuid}};
  Call call{0, "KtmW32::GetTransactionManagerId", outputs, {InHandle(manager)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], managerId);
}

extern "C" HANDLE WINAPI CreateResourceManager([[maybe_unused]] LPSECURITY_ATTRIBUTES security, [[maybe_unused]] LPGUID resourceManagerId, [[maybe_unused]] DWORD createOptions, [[maybe_unused]] HANDLE manager, [[maybe_unused]] LPWSTR description) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  if (resourceManagerId == nullptr) return Fail<HANDLE>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::CreateResourceManager", outputs, {Value{*resourceManagerId}, uint32_t{createOptions}, InHandle(manager), In(description)}};
  return SendForHandle(call);
}

extern "C" HANDLE WINAPI OpenResourceManager([[maybe_unused]] DWORD desiredAccess, [[maybe_unused]] HANDLE manager, [[maybe_unused]] LPGUID resourceManagerId) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  if (resourceManagerId == nullptr) return Fail<HANDLE>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::OpenResourceManager", outputs, {uint32_t{desiredAccess}, InHandle(manager), Value{*resourceManagerId}}};
  return SendForHandle(call);
}

extern "C" BOOL WINAPI RecoverResourceManager([[maybe_unused]] HANDLE resourceManager) {
  Call call{0, "KtmW32::RecoverResourceManager", {}, {InHandle(resourceManager)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI GetNotificationResourceManager([[maybe_unused]] HANDLE resourceManager, [[maybe_unused]] Notification* notification, [[maybe_unused]] ULONG notification_size, [[maybe_unused]] DWORD timeoutMs, [[maybe_unused]] PULONG notification_used) {
  static constexpr OutputKind outputs[] = {{Kind::kNotification}};
  Call call{0, "KtmW32::GetNotificationResourceManager", outputs, {InHandle(resourceManager), uint32_t{timeoutMs}}};
  return SendForNotification(call, resourceManager, notification, notification_size, notification_used);
}

extern "C" BOOL WINAPI GetNotificationResourceManagerAsync([[maybe_unused]] HANDLE resourceManager, [[maybe_unused]] Notification* notification, [[maybe_unused]] ULONG notification_size, [[maybe_unused]] PULONG notification_used, [[maybe_unused]] LPOVERLAPPED overlapped) {
  static constexpr OutputKind outputs[] = {{Kind::kNotification}};
  return SendAsync(std::unique_ptr<Call>(new Call{0, "KtmW32::GetNotificationResourceManagerAsync", outputs, {InHandle(resourceManager)}}), resourceManager, notification, notification_size, notification_used, overlapped);
}

extern "C" BOOL WINAPI SetResourceManagerCompletionPort([[maybe_unused]] HANDLE resourceManager, [[maybe_unused]] HANDLE completionPort, [[maybe_unused]] ULONG_PTR completionKey) {
  Call call{0, "KtmW32::SetResourceManagerCompletionPort", {}, {InHandle(resourceManager), uint64_t{completionKey}}};
  return SetPort(call, resourceManager, completionPort, completionKey);
}

extern "C" HANDLE WINAPI CreateEnlistment([[maybe_unused]] LPSECURITY_ATTRIBUTES security, [[maybe_unused]] HANDLE resourceManager, [[maybe_unused]] HANDLE transaction, [[maybe_unused]] DWORD notificationMask, [[maybe_unused]] DWORD createOptions, [[maybe_unused]] PVOID key) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  Call call{0, "KtmW32::CreateEnlistment", outputs, {InHandle(resourceManager), InHandle(transaction), uint32_t{notificationMask}, uint32_t{createOptions}, InKey(key)}};
  return SendForHandle(call);
}

extern "C" HANDLE WINAPI OpenEnlistment([[maybe_unused]] DWORD desiredAccess, [[maybe_unused]] HANDLE resourceManager, [[maybe_unused]] LPGUID enlistmentId) {
  static constexpr OutputKind outputs[] = {{Kind::kU32}};
  if (enlistmentId == nullptr) return Fail<HANDLE>(ERROR_INVALID_PARAMETER);
  Call call{0, "KtmW32::OpenEnlistment", outputs, {uint32_t{desiredAccess}, InHandle(resourceManager), Value{*enlistmentId}}};
  return SendForHandle(call);
}

extern "C" BOOL WINAPI RecoverEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PVOID key) {
  Call call{0, "KtmW32::RecoverEnlistment", {}, {InHandle(enlistment), InKey(key)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI GetEnlistmentId([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] LPGUID enlistmentId) {
  static constexpr OutputKind outputs[] = {{Kind::kGuid}};
  Call call{0, "KtmW32::GetEnlistmentId", outputs, {InHandle(enlistment)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], enlistmentId);
}

extern "C" BOOL WINAPI GetEnlistmentRecoveryInformation([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] ULONG information_size, [[maybe_unused]] PVOID information, [[maybe_unused]] PULONG information_used) {
  static constexpr OutputKind outputs[] = {{Kind::kBytes}};
  Call call{0, "KtmW32::GetEnlistmentRecoveryInformation", outputs, {InHandle(enlistment)}};
  if (!Send(call)) return FALSE;
  return Out(call.outputs[0], information, information_size, information_used);
}

extern "C" BOOL WINAPI SetEnlistmentRecoveryInformation([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] ULONG information_size, [[maybe_unused]] PVOID information) {
  Call call{0, "KtmW32::SetEnlistmentRecoveryInformation", {}, {InHandle(enlistment), In(information, information_size)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI PrePrepareComplete([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::PrePrepareComplete", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI PrepareComplete([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::PrepareComplete", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI CommitComplete([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::CommitComplete", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RollbackComplete([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::RollbackComplete", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI ReadOnlyEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::ReadOnlyEnlistment", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI SinglePhaseReject([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::SinglePhaseReject", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI RollbackEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::RollbackEnlistment", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI PrePrepareEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::PrePrepareEnlistment", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI PrepareEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::PrepareEnlistment", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

extern "C" BOOL WINAPI CommitEnlistment([[maybe_unused]] HANDLE enlistment, [[maybe_unused]] PLARGE_INTEGER virtualClock) {
  Call call{0, "KtmW32::CommitEnlistment", {}, {InHandle(enlistment), In(virtualClock)}};
  if (!Send(call)) return FALSE;
  return TRUE;
}

