// Windows' own locks, for std::unique_lock and its kin. Those of the C++ library that comes with mingw-w64 are made of
// kernel objects as soon as two threads meet.
#pragma once

#include <windows.h>

#include <mutex>

namespace winbackup {

class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() { AcquireSRWLockExclusive(&lock_); }
  void unlock() { ReleaseSRWLockExclusive(&lock_); }

 private:
  friend class Condition;
  SRWLOCK lock_ = SRWLOCK_INIT;
};

class Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  /** Returns at a notification, when the time is over, or for no reason. */
  void wait(std::unique_lock<Mutex>& lock, DWORD timeout_ms = INFINITE) {
    SleepConditionVariableSRW(&variable_, &lock.mutex()->lock_, timeout_ms, 0);
  }
  void notify_one() { WakeConditionVariable(&variable_); }
  void notify_all() { WakeAllConditionVariable(&variable_); }

 private:
  CONDITION_VARIABLE variable_ = CONDITION_VARIABLE_INIT;
};

}  // namespace winbackup
