// The gateway, from start to end: settings, load, serve, drain.

#include <signal.h>

#include <cstdio>
#include <cstring>

#include "gateway/admin/api.h"
#include "gateway/runtime/command.h"
#include "gateway/runtime/descriptors.h"
#include "gateway/runtime/drain.h"
#include "gateway/runtime/memory.h"
#include "gateway/runtime/node.h"
#include "gateway/runtime/settings.h"
#include "gateway/runtime/signals.h"

extern char** environ;

int main(int argc, char** argv) {
  runtime::map_large_blocks();
  runtime::Invocation invocation = runtime::invocation_of(argc, argv, environ);
  if (auto exit_code = runtime::run_command(invocation)) return *exit_code;  // version, --help, check FILE

  runtime::Settings settings;
  if (!runtime::read_settings_aloud(invocation, settings)) return 1;
  runtime::raise_descriptor_limit();
  net::Loop control;
  runtime::Signals signals;  // blocked here, so that no thread started below takes one
  observe::Log log(settings.proxy_error_log, observe::parse_level(settings.log_level).value_or(observe::Level::notice));
  observe::Log admin_log(settings.admin_error_log, log.level());
  runtime::Node node(settings, log, control);
  if (!node.start()) return 1;

  std::vector<std::string> errors;
  admin::Api admin_api(node, runtime::admin_options(settings, false, node.log_files(), admin_log));
  admin::Api status_api(node, runtime::admin_options(settings, true, node.log_files(), admin_log));
  if (!admin_api.start(errors) || !status_api.start(errors)) {
    for (const std::string& error : errors) admin_log.write(observe::Level::error, error);
    return 1;
  }

  runtime::Drain drain(node, control, settings, log);
  signals.watch(control, [&](int number) {
    switch (number) {
      case SIGHUP: return node.reload();
      case SIGUSR1:
        admin_log.reopen();
        admin_api.reopen_logs();
        return node.reopen_logs();
      default: return drain.begin();
    }
  });
  control.run();

  admin_api.stop();
  status_api.stop();
  node.stop();
  return 0;
}
