#pragma once
// Routes, services and consumers as JSON, made when first asked for and kept as long as their configuration: a log line
// repeats them with every request.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "schema/config.h"

namespace plugins {

// Any thread may ask. The configuration must outlive it.
class EntityTexts {
 public:
  explicit EntityTexts(const schema::Config& config)
      : routes_(config.routes), services_(config.services), consumers_(config.consumers) {}

  // Valid as long as this. Only for entities of the configuration itself. With `ws_id`, but for consumers.
  std::string_view of(const schema::Route& route) const { return routes_.of(route, true); }
  std::string_view of(const schema::Service& service) const { return services_.of(service, true); }
  std::string_view of(const schema::Consumer& consumer) const { return consumers_.of(consumer, false); }

 private:
  static const std::string* make(const schema::Entity& entity, bool with_workspace);

  template <typename Kind>
  class Texts {
   public:
    explicit Texts(const std::vector<Kind>& all) : first_(all.data()), count_(all.size()), texts_(new std::atomic<const std::string*>[all.size()]()) {}
    ~Texts() {
      for (size_t i = 0; i < count_; ++i) delete texts_[i].load(std::memory_order_relaxed);
    }
    std::string_view of(const Kind& one, bool with_workspace) const {
      std::atomic<const std::string*>& place = texts_[static_cast<size_t>(&one - first_)];
      const std::string* known = place.load(std::memory_order_acquire);
      if (known != nullptr) return *known;
      std::unique_ptr<const std::string> made(make(*one.entity, with_workspace));
      // Two threads may have made it; the first one's stays.
      if (place.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return *made.release();
      return *known;
    }

   private:
    const Kind* first_;
    size_t count_;
    std::unique_ptr<std::atomic<const std::string*>[]> texts_;
  };
  Texts<schema::Route> routes_;
  Texts<schema::Service> services_;
  Texts<schema::Consumer> consumers_;
};

}  // namespace plugins
