#include "gateway/plugins/file_log.h"

#include "gateway/observe/log_files.h"
#include "gateway/plugins/record_fields.h"

namespace plugins {
namespace {

class FileLog final : public Plugin {
 public:
  FileLog(const schema::Plugin& plugin, Building& building)
      : log_files_(building.log_files), file_(building.log_files.file(plugin.config.text("path"))), reopen_(plugin.config.boolean("reopen")), fields_(plugin, building) {}

  void on_finish(const Exchange& exchange) const override {
    thread_local http::Out line;  // keeps its memory from one request to the next
    line.clear();
    fields_.write_record(exchange, line);
    log_files_.append(file_, line.view(), reopen_);
  }

 private:
  observe::LogFiles& log_files_;
  observe::LogFiles::File file_;
  bool reopen_;
  RecordFields fields_;
};

}  // namespace

std::unique_ptr<Plugin> make_file_log(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<FileLog>(plugin, building);
}

}  // namespace plugins
