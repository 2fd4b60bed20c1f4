#pragma once
// A configuration compiled for traffic: built on the control thread, immutable, the same for all workers. A request pins the one it
// began with by a plain counter of its worker.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "gateway/plugins/chain.h"
#include "gateway/plugins/credential_index.h"
#include "gateway/proxy/balancers.h"
#include "gateway/proxy/target_table.h"
#include "gateway/routing/router.h"
#include "gateway/scripting/scripts.h"
#include "schema/config.h"

namespace proxy {

struct Snapshot {
  std::shared_ptr<const schema::Config> config;  // shared with the Admin API, whose threads read it
  std::unique_ptr<const plugins::CredentialIndex> credentials;
  std::unique_ptr<script::Scripts> scripts;      // those of the chains' plugins
  std::unique_ptr<const plugins::Chains> chains;
  std::unique_ptr<const routing::Router> router;
  std::unique_ptr<const TargetTable> targets;
  std::vector<std::string> secret_names;  // query parameters that some plugin takes keys from: not for logs
  uint64_t generation = 0;
  std::shared_ptr<const void> counted;           // shared by all snapshots of a node: its use count tells how many are alive
};

// The worker's place for the running snapshot and for older ones that requests still use.
class SnapshotSlot {
 public:
  using Retire = std::function<void(std::shared_ptr<const Snapshot>)>;
  // `retire` takes snapshots nobody uses any more; it hands them to the control thread, which destroys them there.
  explicit SnapshotSlot(Retire retire) : retire_(std::move(retire)) {}

  class Pin {
   public:
    Pin() = default;
    Pin(Pin&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)), held_(other.held_) {}
    Pin& operator=(Pin&&) = delete;
    ~Pin() {
      if (slot_ != nullptr) slot_->unpin(*held_);
    }
    const Snapshot& operator*() const { return *held_->snapshot; }
    const Snapshot* operator->() const { return held_->snapshot.get(); }
    // The worker's balancers of that snapshot.
    Balancers& balancers() const { return held_->balancers; }

   private:
    friend class SnapshotSlot;
    struct Held {
      std::shared_ptr<const Snapshot> snapshot;
      uint64_t pins = 0;
      Balancers balancers;
    };
    Pin(SnapshotSlot* slot, Held* held) : slot_(slot), held_(held) { ++held->pins; }
    SnapshotSlot* slot_ = nullptr;
    Held* held_ = nullptr;
  };

  Pin pin() { return Pin(this, current_.get()); }
  void publish(std::shared_ptr<const Snapshot> snapshot) {
    auto old = std::exchange(current_, std::make_unique<Pin::Held>(Pin::Held{std::move(snapshot), 0, {}}));
    if (old == nullptr) return;
    current_->balancers.take_over(old->balancers, *current_->snapshot->targets);
    if (old->pins == 0) return retire_(std::move(old->snapshot));
    old_.push_back(std::move(old));
  }
  size_t old_count() const { return old_.size(); }
  uint64_t pins() const { return current_ ? current_->pins : 0; }  // of the running one

 private:
  void unpin(Pin::Held& held) {
    if (--held.pins > 0 || &held == current_.get()) return;
    retire_(std::move(held.snapshot));
    std::erase_if(old_, [&](const auto& old) { return old.get() == &held; });
  }

  Retire retire_;
  std::unique_ptr<Pin::Held> current_;
  std::vector<std::unique_ptr<Pin::Held>> old_;
};

}  // namespace proxy
