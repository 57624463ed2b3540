#include "call_thread.h"

#include <process.h>

#include <utility>

#include "apartment.h"
#include "census.h"

namespace winbackup {

namespace {

/** The longest that a wait lets its thread sleep for a task; Windows' clock may make a tick of it. */
constexpr DWORD kMomentMs = 1;

}  // namespace

std::shared_ptr<CallThread> CallThread::Start() {
  auto self = std::make_shared<CallThread>(Private{});
  auto running = std::make_unique<std::shared_ptr<CallThread>>(self);
  // Suspended, so that the handle is in its place before anything runs.
  self->thread_ = UniqueHandle(reinterpret_cast<HANDLE>(
      _beginthreadex(nullptr, 0, &CallThread::Enter, running.get(), CREATE_SUSPENDED, nullptr)));
  if (!self->thread_) return nullptr;
  Census::threads += 1;
  ResumeThread(self->thread_.get());
  running.release();  // the thread's now
  return self;
}

unsigned __stdcall CallThread::Enter(void* self) {
  const std::unique_ptr<std::shared_ptr<CallThread>> running(static_cast<std::shared_ptr<CallThread>*>(self));
  (*running)->Main();
  return 0;
}

void CallThread::Post(std::unique_ptr<Task> task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (!in_wait_) {
    changed_.notify_one();
  } else if (!in_tasks_ && !apc_queued_) {
    apc_queued_ = QueueUserAPC(&CallThread::OnApc, thread_.get(), reinterpret_cast<ULONG_PTR>(this)) != 0;
  }
}

void CallThread::Post(std::shared_ptr<Wait> wait) {
  std::lock_guard lock(mutex_);
  waits_.push_back(std::move(wait));
  changed_.notify_one();
}

void CallThread::Stop(std::unique_ptr<Task> last) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  stopping_ = true;
  last_ = std::move(last);
  changed_.notify_one();
}

bool CallThread::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void CallThread::OnApc(ULONG_PTR self) {
  auto* const thread = reinterpret_cast<CallThread*>(self);
  std::unique_lock lock(thread->mutex_);
  thread->apc_queued_ = false;
  // Not in one of our waits (a late APC met some other alertable wait), or within a task that such a wait runs already:
  // the loop there goes on.
  if (thread->in_wait_ && !thread->in_tasks_) thread->RunTasks(lock);
}

void CallThread::RunTasks(std::unique_lock<Mutex>& lock) {
  in_tasks_ = true;
  while (!tasks_.empty()) {
    std::unique_ptr<Task> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task->Run();
    task.reset();
    lock.lock();
  }
  in_tasks_ = false;
}

void CallThread::Main() {
  const MultithreadedApartment apartment;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!tasks_.empty()) {
      RunTasks(lock);
    } else if (!waits_.empty()) {
      std::shared_ptr<Wait> wait = waits_.front();
      const bool stopping = stopping_;
      in_wait_ = true;
      lock.unlock();
      const Wait::Next next = wait->Step(stopping);
      wait.reset();
      lock.lock();
      in_wait_ = false;
      if (next == Wait::Next::kOver) waits_.pop_front();
      if (next == Wait::Next::kTasks && tasks_.empty() && !stopping_) changed_.wait(lock, kMomentMs);
    } else if (stopping_) {
      break;
    } else {
      changed_.wait(lock);
    }
  }
  const std::unique_ptr<Task> last = std::move(last_);
  lock.unlock();
  Census::threads -= 1;
  if (last != nullptr) last->Run();
}

}  // namespace winbackup
