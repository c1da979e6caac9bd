#include "tests/ownership/steps.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/pointer.h"
#include "render/manifest/ownership.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <tuple>

namespace flotilla::ownership {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using tests::KubeCall;
using tests::KubeReply;

constexpr const char* folder = FLOTILLA_SOURCE_DIR "/tests/tables/ownership/";

std::string read_text(const std::string& file) {
  std::ifstream in(folder + file, std::ios::binary);
  INFO(file);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string plural(const std::string& kind) {
  const std::string name = lower(kind);
  if (name.ends_with("s")) return name + "es";
  return name.ends_with("y") ? name.substr(0, name.size() - 1) + "ies" : name + "s";
}

std::string list_path(const Json::Value& object) {
  const std::string version = get_string(object, "apiVersion");
  const std::string space = get_string(object, {"metadata", "namespace"});
  return (version == "v1" ? "/api/v1" : "/apis/" + version) +
         (space.empty() ? "" : "/namespaces/" + space) + "/" + plural(get_string(object, "kind"));
}

std::string path_of(const Json::Value& object) {
  return list_path(object) + "/" + get_string(object, {"metadata", "name"});
}

std::string manager_of(const Json::Value& document) {
  const std::string name = get_string(document, "as");
  return name.empty() ? std::string(manifest::field_manager) : name;
}

Json::Value parsed(const KubeReply& reply) {
  const auto body = parse_json(reply.body);
  return body ? *body : Json::Value();
}

KubeReply done(const Send& send, KubeCall call) {
  const KubeReply reply = send(call);
  INFO(call.verb << " " << call.path << ": " << reply.error
                 << get_string(parsed(reply), "message"));
  REQUIRE(reply.status / 100 == 2);
  return reply;
}

void apply(const Step& step, const Json::Value& body, const Send& send) {
  done(send, {.verb = "PATCH",
              .path = step.path + "?force=true&fieldManager=" + manager_of(step.document),
              .body = canonical_json(body),
              .content_type = "application/apply-patch+yaml"});
}

void update(const Step& step, const Send& send) {
  const std::string patch = get_string(step.document, "patch");
  const std::string subresource = get_string(step.document, "subresource");
  std::string type = "application/merge-patch+json";
  if (patch == "json") type = "application/json-patch+json";
  if (patch == "strategic") type = "application/strategic-merge-patch+json";
  done(send, {.verb = "PATCH",
              .path = step.path + (subresource.empty() ? "" : "/" + subresource) +
                      "?fieldManager=" + manager_of(step.document),
              .body = canonical_json(step.document["update"]),
              .content_type = type});
}

void await_status(const Send& send, const std::string& path, long status) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  for (;;) {
    const KubeReply reply = send({.path = path});
    if (reply.status == status) return;
    INFO(path << ": " << reply.status << " " << reply.error);
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(50ms);
  }
}

void remake(const Step& step, const Send& send) {
  const Json::Value& object = step.document["remake"];
  send({.verb = "DELETE", .path = step.path});
  await_status(send, step.path, 404);
  done(send, {.verb = "POST",
              .path = list_path(object) + "?fieldManager=" + manager_of(step.document),
              .body = canonical_json(object)});
}

void take_over(const Step& step, const Send& send) {
  const Json::Value object = parsed(done(send, {.path = step.path}));
  Json::Value patch(Json::arrayValue);
  for (const char* name : {"resourceVersion", "managedFields"}) {
    Json::Value replace(Json::objectValue);
    replace["op"] = "replace";
    replace["path"] = std::string("/metadata/") + name;
    replace["value"] = object["metadata"][name];
    patch.append(std::move(replace));
  }
  patch[1]["value"] =
      manifest::taken_from_kubectl(object["metadata"], get_string(object, "apiVersion"));
  REQUIRE(patch[1]["value"].isArray());
  done(send, {.verb = "PATCH",
              .path = step.path + "?fieldManager=" + std::string(manifest::field_manager),
              .body = canonical_json(patch),
              .content_type = "application/json-patch+json"});
}

// An object whose kind is about to be served.
void await_kind(const Step& step, const Send& send) {
  const Json::Value& spec = step.document["apply"]["spec"];
  await_status(send,
               "/apis/" + get_string(spec, "group") + "/" +
                   get_string(spec["versions"][0], "name") + "/" +
                   get_string(spec, {"names", "plural"}),
               200);
}

void check_live(const Step& step, const Json::Value& object) {
  const Json::Value* live = find(step.document, "live");
  if (live == nullptr) return;
  for (const std::string& pointer : live->getMemberNames()) {
    INFO(pointer);
    const Json::Value* value = resolve(object, *parse_pointer(pointer));
    const Json::Value& expected = (*live)[pointer];
    CHECK((value != nullptr ? canonical_json(*value) : "null") == canonical_json(expected));
  }
}

std::string words(const manifest::LostField& lost) {
  std::string text = lost.path;
  if (!lost.manager.empty()) text += " " + lost.manager + (lost.applied ? " Apply" : " Update");
  if (!lost.subresource.empty()) text += " " + lost.subresource;
  return text;
}

// What the entries say, without the times: one line each, in an order of their own.
std::string without_times(const Json::Value& entries) {
  std::vector<std::string> lines;
  for (Json::Value entry : entries) {
    entry.removeMember("time");
    lines.push_back(canonical_json(entry));
  }
  std::ranges::sort(lines);
  return join(lines, "\n");
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") all.push_back(entry.path().stem().string());
  std::ranges::sort(all);
  return all;
}

std::vector<Step> read_steps(const std::string& name) {
  const auto read = yaml::read_documents(read_text(name + ".yaml"), name + ".yaml");
  REQUIRE(read.problems.empty());
  std::vector<Step> steps;
  std::map<std::string, Json::Value> manifests;
  std::string path;
  for (const yaml::Document& document : read.documents) {
    Step step{to_string(document.start), document.tree, {}, {}, get_strings(document.tree, "lost")};
    std::ranges::sort(step.lost);
    for (const char* verb : {"apply", "remake"})
      if (const Json::Value* object = find(step.document, verb)) path = path_of(*object);
    step.path = path;
    if (const Json::Value* object = find(step.document, "apply");
        object != nullptr && manager_of(step.document) == manifest::field_manager)
      manifests[path] = *object;
    step.manifest = manifests[path];
    steps.push_back(std::move(step));
  }
  return steps;
}

Json::Value read_recorded(const std::string& name) {
  const auto value = parse_json(read_text(name + ".json"));
  REQUIRE(value);
  return *value;
}

void write_recorded(const std::string& name, const Json::Value& recorded) {
  std::ofstream out(std::string(folder) + name + ".json", std::ios::binary);
  for (Json::ArrayIndex i = 0; i < recorded.size(); ++i) {
    out << (i == 0 ? "[[" : ",[");
    for (Json::ArrayIndex k = 0; k < recorded[i].size(); ++k)
      out << (k == 0 ? "\n" : ",\n") << canonical_json(recorded[i][k]);
    out << "]\n";
  }
  out << "]\n" << std::flush;
  REQUIRE(out);
}

Json::Value run(const Step& step, const Send& send) {
  const Json::Value& document = step.document;
  if (const Json::Value* object = find(document, "apply")) apply(step, *object, send);
  if (document.isMember("again")) apply(step, step.manifest, send);
  if (document.isMember("update")) update(step, send);
  if (document.isMember("remake")) remake(step, send);
  if (document.isMember("take_over")) take_over(step, send);
  if (document.isMember("wait")) await_kind(step, send);
  Json::Value object = parsed(done(send, {.path = step.path}));
  check_live(step, object);
  return object;
}

Json::Value in_recorded_form(const Json::Value& object, const Json::Value& before,
                             std::size_t step) {
  std::vector<Json::Value> entries;
  for (Json::Value entry : object["metadata"]["managedFields"]) {
    if (get_string(entry, "manager") == "kube-apiserver") continue;  // comes when it likes
    entry.removeMember("time");
    std::string number = std::to_string(step);
    for (Json::Value old : before) {
      const std::string time = get_string(old, "time");
      old.removeMember("time");
      if (old == entry) number = time.substr(time.size() - 3, 2);
    }
    entry["time"] =
        "2026-01-01T00:00:" + std::string(2 - std::min<std::size_t>(2, number.size()), '0') +
        number + "Z";
    entries.push_back(std::move(entry));
  }
  const auto order = [](const Json::Value& entry) {
    return std::tuple(get_string(entry, "operation"), get_string(entry, "time"),
                      get_string(entry, "manager"));
  };
  std::ranges::sort(entries, {}, order);
  Json::Value list(Json::arrayValue);
  for (Json::Value& entry : entries) list.append(std::move(entry));
  return list;
}

std::vector<std::string> lost_in(const Json::Value& manifest, const Json::Value& managed_fields) {
  Json::Value metadata(Json::objectValue);
  metadata["managedFields"] = managed_fields;
  std::vector<std::string> lost;
  for (const manifest::LostField& field : manifest::lost_fields(manifest, metadata))
    lost.push_back(words(field));
  std::ranges::sort(lost);
  return lost;
}

Json::Value replay(const std::string& name, const Send& send) {
  const std::vector<Step> steps = read_steps(name);
  Json::Value found(Json::arrayValue);
  std::map<std::string, Json::Value> before;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO(steps[i].title);
    Json::Value fields = in_recorded_form(run(steps[i], send), before[steps[i].path], i);
    before[steps[i].path] = fields;
    if (!steps[i].manifest.isNull()) CHECK(lost_in(steps[i].manifest, fields) == steps[i].lost);
    found.append(std::move(fields));
  }
  const Json::Value recorded = fs::exists(std::string(folder) + name + ".json")
                                   ? read_recorded(name)
                                   : Json::Value(Json::arrayValue);
  CHECK(recorded.size() == found.size());
  for (Json::ArrayIndex i = 0; i < std::min(recorded.size(), found.size()); ++i) {
    INFO(steps[i].title);
    CHECK(without_times(found[i]) == without_times(recorded[i]));
  }
  return found;
}

}  // namespace flotilla::ownership
