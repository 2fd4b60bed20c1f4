#include "gateway/async/scope.h"

namespace async {

struct Scope::Entry {
  Scope& scope;
  Task<> task;
  Entry* previous = nullptr;
  Entry* next = nullptr;
};

Scope::Scope(ReadyQueue& queue) : Ready(&Scope::reap), queue_(queue) {}

Scope::~Scope() {
  cancel_all();
  free_finished();
}

void Scope::spawn(Task<>&& task) {
  if (!task || task.done()) {
    task.cancel();
    return;
  }
  auto* entry = new Entry{*this, std::move(task), last_, nullptr};
  (last_ ? last_->next : first_) = entry;
  last_ = entry;
  count_++;
  entry->task.call_at_end(&Scope::finished, entry);
}

void Scope::cancel_all() {
  while (Entry* entry = first_) {
    first_ = entry->next;
    (first_ ? first_->previous : last_) = nullptr;
    count_--;
    delete entry;
  }
}

// The frame is still on its way out when this is called, so it can only be noted here and freed later.
void Scope::finished(void* context) {
  auto* entry = static_cast<Entry*>(context);
  Scope& scope = entry->scope;
  (entry->previous ? entry->previous->next : scope.first_) = entry->next;
  (entry->next ? entry->next->previous : scope.last_) = entry->previous;
  scope.count_--;
  entry->next = scope.finished_;
  scope.finished_ = entry;
  scope.queue_.push(scope);
}

void Scope::reap(Ready& self) { static_cast<Scope&>(self).free_finished(); }

void Scope::free_finished() {
  while (Entry* entry = finished_) {
    finished_ = entry->next;
    delete entry;
  }
}

}  // namespace async
