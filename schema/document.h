#pragma once
// Text becomes a tree. A Document owns the text, the arena and the root of everything that was read; it is the first stop
// of every configuration, whether it came from a file, a directory, stdin, git or POST /config.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/problem.h"
#include "schema/value.h"

namespace schema {

enum class Syntax : uint8_t { yaml, json, detect };  // detect: JSON when it parses as such, else YAML

struct Document {
  Arena arena;
  std::vector<std::string> files;  // names as shown in places; "-" is stdin
  std::vector<std::string_view> texts;  // what stands in them, in arena memory; empty for one that was refused before it was parsed
  Value root;                      // an object, unless problems were reported
  std::string text_md5;            // 32 hex digits over the raw text (of all files in order)
};

struct Source {
  std::string name;  // shown in front of line and column
  std::string text;
  Syntax syntax = Syntax::detect;
};

// Limits against hostile documents.
struct ReadLimits {
  size_t bytes_max = 256u << 20;
  size_t depth_max = 128;
  size_t nodes_max = 20'000'000;  // counted after alias expansion: bounds "billion laughs"
  bool keep_merges = false;       // `<<` stays a member (yaml_writer.h: is_merge_key): for those who write the document again
};

// Looks up an environment variable; passed in so that tests and deckctl decide.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

// Reads and merges. Several sources: lists are appended, maps merged; a scalar set twice to different values names both files.
// Only UTF-8 (RFC 3629) is read. Places of syntax errors include the source line and a caret in the hint.
Document read(std::vector<Source> sources, Problems& problems, const ReadLimits& limits = {});

// A file, a directory (*.yml, *.yaml, *.json in sorted order, recursively) or "-" for stdin, as sources.
// Names that begin with a dot are passed over. Unreadable, empty or too large: a problem; never an empty configuration.
std::vector<Source> open_sources(const std::vector<std::string>& paths, Problems& problems, const ReadLimits& limits = {});

// Fills `${{ env "DECK_X" | toInt }}` inside parsed scalars (filters: toInt, toFloat, toBool, indent). A missing variable, and content that a
// filter cannot take, is a problem that names the variable and never shows its content.
void fill_templates(Document& document, const Environment& environment, Problems& problems);

}  // namespace schema
