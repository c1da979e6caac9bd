#include "tests/integration/fleet/hands.h"

#include "render/yaml/reader.h"
#include "tests/integration/fleet/text.h"

#include <stdexcept>

namespace flotilla::tests {
namespace {

constexpr const char* merge_patch = "application/merge-patch+json";

Json::Value tree_of(const std::string& text) {
  const yaml::ReadResult read = yaml::read_documents(text, "test");
  if (!read.problems.empty() || read.documents.size() != 1)
    throw std::runtime_error("want one object: " + text);
  return read.documents.front().tree;
}

KubeReply must(const Members& members, const std::string& member, const KubeCall& call) {
  KubeReply reply = members.call(member, call);
  if (reply.status < 200 || reply.status > 299)
    throw std::runtime_error(member + ": " + call.verb + " " + call.path + ": " +
                             std::to_string(reply.status) + " " + reply.error + reply.body);
  return reply;
}

}  // namespace

Json::Value read_live(const Members& members, const std::string& member, const std::string& name) {
  const KubeReply reply = members.call(member, {.path = path_of(name)});
  if (reply.status == 404) return {};
  if (reply.status != 200)
    throw std::runtime_error(member + ": " + name + ": " + std::to_string(reply.status) +
                             reply.error);
  return parse_json_text(reply.body);
}

bool is_live(const Members& members, const std::string& member, const std::string& name) {
  return !read_live(members, member, name).isNull();
}

std::string uid_of(const Members& members, const std::string& member, const std::string& name) {
  return read_live(members, member, name)["metadata"]["uid"].asString();
}

std::string version_of(const Members& members, const std::string& member, const std::string& name) {
  return read_live(members, member, name)["metadata"]["resourceVersion"].asString();
}

std::string value_of(const Members& members, const std::string& member, const std::string& name) {
  return read_live(members, member, name)["data"]["value"].asString();
}

void create(const Members& members, const std::string& member, const std::string& text,
            const std::string& manager) {
  const Json::Value object = tree_of(text);
  const std::string path =
      collection_path(object["kind"].asString(), object["metadata"]["namespace"].asString());
  must(members, member,
       {.verb = "POST", .path = path + "?fieldManager=" + manager, .body = json_text(object)});
}

void apply_as(const Members& members, const std::string& member, const std::string& manager,
              const std::string& text) {
  const Json::Value object = tree_of(text);
  must(members, member,
       {.verb = "PATCH",
        .path = path_of(name_of(object)) + "?force=true&fieldManager=" + manager,
        .body = json_text(object),
        .content_type = "application/apply-patch+yaml"});
}

void edit(const Members& members, const std::string& member, const std::string& name,
          const std::string& patch, const std::string& manager) {
  must(members, member,
       {.verb = "PATCH",
        .path = path_of(name) + "?fieldManager=" + manager,
        .body = patch,
        .content_type = merge_patch});
}

void scale(const Members& members, const std::string& member, const std::string& name, int replicas,
           const std::string& manager) {
  must(members, member,
       {.verb = "PATCH",
        .path = path_of(name) + "/scale?fieldManager=" + manager,
        .body = R"({"spec":{"replicas":)" + std::to_string(replicas) + "}}",
        .content_type = merge_patch});
}

void delete_live(const Members& members, const std::string& member, const std::string& name) {
  must(members, member, {.verb = "DELETE", .path = path_of(name)});
}

void write_status(const Members& members, const std::string& member, const std::string& name,
                  const std::string& status) {
  must(members, member,
       {.verb = "PATCH",
        .path = path_of(name) + "/status?fieldManager=its-controller",
        .body = R"({"status":)" + status + "}",
        .content_type = merge_patch});
}

std::set<std::string> owners_of(const Json::Value& live, const std::string& path) {
  std::set<std::string> owners;
  for (const Json::Value& entry : live["metadata"]["managedFields"]) {
    Json::Value fields = entry["fieldsV1"];
    for (const std::string& part : split(path, ' '))
      fields =
          fields.isObject() && fields.isMember(part) ? Json::Value(fields[part]) : Json::Value();
    if (!fields.isNull())
      owners.insert(entry["manager"].asString() + " " + entry["operation"].asString());
  }
  return owners;
}

}  // namespace flotilla::tests
