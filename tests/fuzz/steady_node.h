#pragma once
// A node that any number of requests leaves as it was: what an input does depends on it alone.

#include "tests/fuzz/demand.h"
#include "tests/unit/admin/fake_node.h"

namespace fuzz {

class SteadyNode final : public FakeNode {
 public:
  admin::LoadOutcome load(admin::LoadOrder order) override {
    for (const std::string* told : {&order.provenance.commit, &order.provenance.author, &order.provenance.synced_by}) {
      demand(told->size() <= admin::Provenance::text_bytes_max);
      for (const char c : *told) demand(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
    order.dry_run = true;
    return FakeNode::load(std::move(order));
  }
  admin::LoadOutcome roll_back(uint64_t number, admin::Provenance by) override {
    const std::vector<admin::Generation> before = history;
    admin::LoadOutcome outcome = FakeNode::roll_back(number, std::move(by));
    history = before;
    return outcome;
  }
  bool set_health(const schema::Upstream& upstream, std::string_view target, std::string_view address,
                  bool healthy) override {
    const bool known = FakeNode::set_health(upstream, target, address, healthy);
    unhealthy.clear();
    return known;
  }
  void start_draining() override {}
};

}  // namespace fuzz
