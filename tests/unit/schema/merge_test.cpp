#include "schema/merge.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "schema/emit.h"
#include "schema/report.h"

namespace {

namespace fs = std::filesystem;

std::string merged(std::vector<std::string> texts, std::string* problem = nullptr) {
  std::vector<schema::Source> sources;
  for (std::string& text : texts) sources.push_back({std::string(1, static_cast<char>('a' + sources.size())) + ".yml", std::move(text)});
  schema::Problems problems;
  schema::Document document = schema::read(std::move(sources), problems);
  if (problem != nullptr) *problem = schema::report(problems, document, schema::Format::text);
  else CHECK(schema::report(problems, document, schema::Format::text) == "");
  return schema::to_json_text(document.root);
}

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("schema_sources_" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string path(const std::string& name = {}) const { return name.empty() ? path_.string() : (path_ / name).string(); }

 private:
  fs::path path_;
};

std::vector<schema::Source> open(const std::string& path, std::string* problem = nullptr, const schema::ReadLimits& limits = {}) {
  schema::Problems problems;
  auto sources = schema::open_sources({path}, problems, limits);
  schema::Document none;
  if (problem != nullptr) *problem = schema::report(problems, none, schema::Format::text);
  else CHECK(problems.all().empty());
  return sources;
}

}  // namespace

TEST_CASE("lists are appended and maps merged, in the order of the files") {
  CHECK(merged({"_format_version: '3.0'\nservices: [{name: a}]\n", "_format_version: '3.0'\nservices: [{name: b}]\nroutes: []\n", "services: [{name: c}]\n"}) ==
        R"({"_format_version":"3.0","services":[{"name":"a"},{"name":"b"},{"name":"c"}],"routes":[]})");
  CHECK(merged({"_info: {select_tags: [a], defaults: {service: {port: 1}}}", "_info: {defaults: {service: {retries: 2}}}"}) ==
        R"({"_info":{"select_tags":["a"],"defaults":{"service":{"port":1,"retries":2}}}})");
}

TEST_CASE("a section without content gives way to one that has some") {
  CHECK(merged({"services:\n", "services: [{name: a}]\n", "services:\n"}) == R"({"services":[{"name":"a"}]})");
}

TEST_CASE("a scalar set twice to different values names both files") {
  std::string problem;
  merged({"_format_version: '3.0'\n", "# x\n_format_version: '2.1'\n"}, &problem);
  CHECK(problem == "b.yml:2:18: _format_version: differs from a.yml:1:18 (one of the two files must give way)\n");
  merged({"_info: {defaults: [1]}\n", "_info: {defaults: {a: 1}}\n"}, &problem);
  CHECK(problem.find("b.yml:1:19: _info.defaults: differs from a.yml:1:19") == 0);
}

TEST_CASE("a faulty file among several is named") {
  std::string problem;
  merged({"a: 1\n", "b: [\n"}, &problem);
  CHECK(problem.find("b.yml:") == 0);
}

TEST_CASE("many files cost no more memory than their content") {
  std::vector<schema::Source> sources;
  for (int i = 0; i < 1000; ++i) sources.push_back({"f" + std::to_string(i) + ".json", "{\"tags\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}"});
  schema::Problems problems;
  schema::Document document = schema::read(std::move(sources), problems);
  CHECK(document.root.find("tags")->items().size() == 20'000);
  CHECK(document.arena.bytes() < 4u << 20);
}

TEST_CASE("the hash is that of the text") {
  schema::Problems problems;
  CHECK(schema::read({{"a.yml", "a: 1"}}, problems).text_md5 == "270f9e65a80226eccd82c99cdd0dd2fb");
  CHECK(schema::read({{"a.yml", "a: "}, {"b.yml", "b: 1"}}, problems).text_md5 == schema::read({{"a.yml", "a: b: 1"}}, problems).text_md5);
}

TEST_CASE("a folder is read in order, with what stands below it") {
  Folder folder;
  folder.write("b.yml", "b: 1");
  folder.write("a/z.json", "{}");
  folder.write("c.YAML", "c: 1");
  folder.write("notes.txt", "no");
  auto sources = open(folder.path());
  REQUIRE(sources.size() == 3);
  CHECK(sources[0].name == folder.path("a/z.json"));
  CHECK(sources[0].syntax == schema::Syntax::json);
  CHECK(sources[1].name == folder.path("b.yml"));
  CHECK(sources[2].syntax == schema::Syntax::yaml);
}

TEST_CASE("a mounted ConfigMap is read once") {
  Folder folder;
  folder.write("..2024_01_01/kong.yml", "a: 1");
  fs::create_directory_symlink("..2024_01_01", folder.path("..data"));
  fs::create_symlink("..data/kong.yml", folder.path("kong.yml"));
  folder.write(".hidden.yml", "b: 1");
  auto sources = open(folder.path());
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].name == folder.path("kong.yml"));
}

TEST_CASE("what cannot be read is a problem, never an empty configuration") {
  Folder folder;
  std::string problem;
  CHECK(open(folder.path("none.yml"), &problem).empty());
  CHECK(problem == folder.path("none.yml") + ": No such file or directory\n");
  CHECK(open(folder.path(), &problem).empty());
  CHECK(problem.find("holds no .yml, .yaml or .json file") != std::string::npos);
  folder.write("blank.yml", " \n");
  CHECK(open(folder.path("blank.yml"), &problem).empty());
  CHECK(problem.find("is empty") != std::string::npos);
  CHECK(open("/dev/zero", &problem, {.bytes_max = 100'000}).empty());
  CHECK(problem.find("is larger than") != std::string::npos);
}
