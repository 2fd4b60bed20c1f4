#pragma once
// custom_fields_by_lua: members of a log entry that scripts make, remove or replace. All log plugins have it.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/out.h"
#include "gateway/plugins/plugin.h"

namespace plugins {

class RecordFields {
 public:
  // Refuses the configuration (building.errors) when scripts are switched off.
  RecordFields(const schema::Plugin& plugin, Building& building);

  // The log entry (write_access_record) with these fields. A script whose value is nil removes its member; one that
  // fails leaves it as it was, with a line in the error log, at most one a second for each field.
  void write_record(const Exchange& exchange, http::Out& out) const;

 private:
  struct Field {
    std::string name;               // as the configuration has it
    std::vector<std::string> path;  // of the member: "a.b" is b in a; a dot behind a backslash is one of the name
    size_t script = 0;
    std::unique_ptr<std::atomic<int64_t>> told_s =
        std::make_unique<std::atomic<int64_t>>(-1);  // when a failure was last told
  };
  void tell(const Field& field, const Exchange& exchange, std::string_view why) const;

  std::string_view plugin_;  // its name
  const script::Scripts* scripts_ = nullptr;
  observe::Log* log_ = nullptr;
  std::vector<Field> fields_;
};

}  // namespace plugins
