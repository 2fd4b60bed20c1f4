#pragma once
// What is wrong with a configuration, told as users of this API know it: a tree of fields, or a flat list of faulty entities.

#include <map>
#include <string>
#include <vector>

#include "gateway/admin/node.h"
#include "schema/document.h"
#include "schema/problem.h"

namespace admin {

// Names and 1-based positions to messages. A node is a message, or has members.
class FieldTree {
 public:
  std::string message;
  std::vector<std::string> entity;         // "@entity": about the record as a whole
  std::map<std::string, FieldTree> named;
  std::map<size_t, FieldTree> placed;      // by position, from 1

  bool empty() const { return message.empty() && entity.empty() && named.empty() && placed.empty(); }
  FieldTree* find(const std::string& name);
  FieldTree* at(size_t position);

  std::string json() const;                  // positions as an array with null holes, or as an object when sparse
  std::string words() const;                 // one line: {services={{port="..."}}}
  std::vector<std::string> lines() const;    // "config.minute: expected a number", "must set one of ..."
};

FieldTree field_tree(const schema::Problems& problems, const schema::Document& document);

// The body of a 400 of /config. `flat`: what belongs to an entity is listed in `flattened_errors`; `places`: adds `problems`, with file, line
// and column of each.
std::string refusal_body(const schema::Problems& problems, const schema::Document& document, bool flat, bool places);

// What stopped the last attempt to change the configuration.
std::string refused_json(const Refusal& refusal);

}  // namespace admin
