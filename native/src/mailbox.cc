#include "mailbox.h"

#include <iterator>
#include <utility>

namespace winbackup {

void Mailbox::Post(Answer answer) {
  std::lock_guard lock(mutex_);
  if (function_ == nullptr) return;
  arrived_.push_back(std::move(answer));
  Wake();
}

void Mailbox::Post(std::vector<Answer>& answers) {
  std::lock_guard lock(mutex_);
  if (function_ != nullptr && !answers.empty()) {
    arrived_.insert(arrived_.end(), std::make_move_iterator(answers.begin()), std::make_move_iterator(answers.end()));
    Wake();
  }
  answers.clear();
}

void Mailbox::Wake() {
  if (awake_) return;
  // Under the lock, so that Close cannot pass in between; the function's own queue has no limit, so this never waits.
  awake_ = napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

std::vector<Answer> Mailbox::Take() {
  std::lock_guard lock(mutex_);
  if (arrived_.empty()) awake_ = false;
  return std::exchange(arrived_, {});
}

void Mailbox::Close() {
  std::vector<Answer> dropped;  // released outside the lock
  std::lock_guard lock(mutex_);
  function_ = nullptr;
  dropped.swap(arrived_);
}

}  // namespace winbackup
