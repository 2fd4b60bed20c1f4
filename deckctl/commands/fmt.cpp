#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "deckctl/git/patch.h"
#include "deckctl/git/source.h"
#include "schema/check.h"
#include "schema/format.h"
#include "schema/report.h"

namespace deckctl {

namespace {

void complain(const schema::Problems& problems, const schema::Document& document) {
  const std::string text = schema::report(problems, document, schema::Format::text);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

bool is_json(const schema::Source& source) {
  if (source.syntax != schema::Syntax::detect) return source.syntax == schema::Syntax::json;
  schema::Problems problems;
  schema::read({{source.name, source.text, schema::Syntax::json}}, problems);
  return !problems.any_error();
}

class Fmt {
 public:
  std::vector<std::string> sources;
  ConfigurationOptions configuration;
  Output output;
  std::string format;
  bool check = false, diff = false, write = false, sort = false;

  int run() const {
    if (write && !all_are_files()) return exit_error;
    schema::Problems problems;
    const auto opened = open_configuration(sources, configuration, problems);
    complain(problems, {});
    if (problems.any_error()) return exit_error;
    if (!check && !diff && !write && opened.size() > 1) {
      std::fprintf(stderr, "deckctl: %zu files have no place in one output (take --write, --check or --diff)\n", opened.size());
      return exit_error;
    }
    bool good = true, changed = false;
    std::string result;
    for (const schema::Source& source : opened) {
      const auto text = laid_out(source);
      good = text && take(source, *text, changed, result) && good;
    }
    good = output.write(result) && good;
    return !good ? exit_error : changed && (check || (diff && !write)) ? exit_different : exit_good;
  }

 private:
  bool all_are_files() const {
    for (const std::string& source : sources.empty() ? std::vector<std::string>{"-"} : sources)
      if (source == "-" || git::parse_source(source)) {
        std::fprintf(stderr, "deckctl: %s cannot be written: --write needs files or directories\n", source == "-" ? "stdin" : source.c_str());
        return false;
      }
    return true;
  }

  // Adds to the result what is asked for. False: it could not be written.
  bool take(const schema::Source& source, const std::string& text, bool& changed, std::string& result) const {
    if (!check && !diff && !write) return result += text, true;
    if (text == source.text) return true;
    changed = true;
    if (diff) result += git::unified_diff(source.name, source.text, text);
    if (write && !replace_file(source.name, text)) return false;
    if (!diff) result += source.name + "\n";
    return true;
  }

  // nullopt: it is no configuration at all, or would not be the same one; both are said.
  std::optional<std::string> laid_out(const schema::Source& source) const {
    schema::Problems problems;
    const schema::Document document = schema::read({source}, problems, {.keep_merges = true});
    if (problems.any_error()) return complain(problems, document), std::nullopt;
    const bool json = format.empty() ? is_json(source) : format == "json";
    schema::FormatOptions options{.syntax = json ? schema::Syntax::json : schema::Syntax::yaml, .sort_entities = sort};
    std::string text = schema::format_document(document, options);
    if (means_the_same(source, text, options)) return text;
    std::fprintf(stderr, "deckctl: %s: laid out it would mean something else, so it is left alone; this is a fault of deckctl\n", source.name.c_str());
    return std::nullopt;
  }

  // Files are replaced by what comes out, so it is read back first.
  bool means_the_same(const schema::Source& source, const std::string& text, schema::FormatOptions options) const {
    schema::Problems problems;
    const schema::Document before = schema::read({source}, problems);
    const schema::Document after = schema::read({{source.name, text, options.syntax}}, problems);
    if (problems.any_error()) return false;
    if (!sort) return schema::equal(before.root, after.root);
    // The order is meant to change: both are brought into one.
    options.syntax = schema::Syntax::json;
    return schema::format_document(before, options) == schema::format_document(after, options);
  }
};

}  // namespace

void add_fmt(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("fmt", "lay out configuration files in the one canonical way; comments stay");
  auto verb = std::make_shared<Fmt>();
  command->add_option("sources", verb->sources, sources_help);
  CLI::Option* check = command->add_flag("--check", verb->check, "only print the names of files that would change; exit 2 when there are any");
  command->add_flag("--diff", verb->diff, "print what would change as a patch; exit 2 when there is something");
  CLI::Option* write = command->add_flag("-w,--write", verb->write, "replace the files and print the names of those that changed")->excludes(check);
  command->add_flag("--sort", verb->sort, "also sort the lists of entities by name");
  command->add_option("--format", verb->format, "of the output: yaml or json; as the source when not given")->check(CLI::IsMember({"yaml", "json"}))->excludes(write);
  verb->configuration.add_source_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
