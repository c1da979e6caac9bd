#include "reconciler/simulator/call.h"
#include "reconciler/simulator/selector.h"
#include "reconciler/simulator/table.h"
#include "render/base/text.h"
#include "render/document/json.h"

namespace flotilla::simulator {

Json::Value metadata_only(const Json::Value& object) {
  Json::Value partial(Json::objectValue);
  partial["kind"] = "PartialObjectMetadata";
  partial["apiVersion"] = "meta.k8s.io/v1";
  partial["metadata"] = object.get("metadata", Json::Value(Json::objectValue));
  return partial;
}

http::Response present(const Call& call, int code, const Json::Value& object) {
  if (call.form == Form::metadata)
    return json_response(code, canonical_json(metadata_only(object)));
  if (call.form == Form::table)
    return json_response(code, canonical_json(table_of(call, {object}, Headings::yes)));
  Json::Value whole = object;
  whole["apiVersion"] = call.api_version();
  whole["kind"] = call.kind->kind;
  return json_response(code, canonical_json(whole));
}

http::Response get_object(World& world, const Call& call) {
  const StoredPtr found = world.store.find(call.kind->id(), call.key());
  if (found == nullptr) return refused(not_found(call.subject()));
  if (call.form != Form::object) return present(call, 200, found->tree());
  return json_response(200, object_text(*found, call.api_version(), call.kind->kind));
}

namespace {

// Where a list goes on: the revision it shows and the first name not yet shown.
struct Continuation {
  std::uint64_t revision = 0;
  Name start;
};

Outcome<Continuation> read_token(const std::string& token) {
  const auto text = base64_decode(token);
  const auto json = parse_json_fast(text.value_or(""));
  if (!json || !json->isObject() || !get_int(*json, "rv"))
    return refuse(bad_request(
        "invalid continue token: continue key is not valid: want a token of an earlier list"));
  const std::string start = get_string(*json, "start");
  const auto slash = start.find('/');
  if (slash == std::string::npos)
    return refuse(bad_request("invalid continue token: continue key is not valid: no start"));
  return Continuation{static_cast<std::uint64_t>(*get_int(*json, "rv")),
                      {start.substr(0, slash), start.substr(slash + 1)}};
}

std::string write_token(const Continuation& continuation) {
  Json::Value json(Json::objectValue);
  json["v"] = "meta.k8s.io/v1";
  json["rv"] = Json::Value(static_cast<Json::UInt64>(continuation.revision));
  json["start"] = continuation.start.first + "/" + continuation.start.second;
  return base64_encode(canonical_json(json));
}

struct Page {
  std::vector<StoredPtr> objects;
  std::uint64_t revision = 0;
  std::string token;
  std::size_t remaining = 0;
};

Outcome<Page> read_page(const World& world, const Call& call, const Selection& selection) {
  Page page;
  page.revision = world.store.revision();
  std::map<Name, StoredPtr> past;
  const std::map<Name, StoredPtr>* objects = &world.store.collection(call.kind->id()).objects;
  Name start{call.namespace_, ""};
  if (const std::string token = call.query("continue"); !token.empty()) {
    const auto from = read_token(token);
    if (!from) return refuse(from.error());
    auto then = world.store.at(call.kind->id(), from->revision);
    if (!then)
      return refuse(
          expired("The provided continue parameter is too old to display a consistent list result. "
                  "You can start a new list "
                  "without the continue parameter."));
    past = std::move(*then);
    objects = &past;
    page.revision = from->revision;
    start = from->start;
  }
  const std::size_t limit = std::strtoull(call.query("limit").c_str(), nullptr, 10);
  for (auto it = objects->lower_bound(start); it != objects->end(); ++it) {
    if (!call.namespace_.empty() && it->first.first != call.namespace_) break;
    if (!selection.matches(it->first, *it->second)) continue;
    if (limit == 0 || page.objects.size() < limit) {
      page.objects.push_back(it->second);
    } else {
      if (page.token.empty()) page.token = write_token({page.revision, it->first});
      ++page.remaining;
    }
  }
  return page;
}

std::string list_head(const Call& call, const std::string& kind, const std::string& api_version,
                      const Page& page, bool selective) {
  Json::Value metadata(Json::objectValue);
  metadata["resourceVersion"] = std::to_string(page.revision);
  if (call.kind->custom) metadata["continue"] = "";
  if (!page.token.empty()) {
    metadata["continue"] = page.token;
    if (!selective)
      metadata["remainingItemCount"] = Json::Value(static_cast<Json::UInt64>(page.remaining));
  }
  return "{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + api_version +
         "\",\"metadata\":" + canonical_json(metadata);
}

http::Response table_page(const Call& call, const Page& page) {
  std::vector<Json::Value> objects;
  for (const StoredPtr& object : page.objects) objects.push_back(object->tree());
  Json::Value table = table_of(call, objects, Headings::yes);
  table["metadata"]["resourceVersion"] = std::to_string(page.revision);
  if (!page.token.empty()) {
    table["metadata"]["continue"] = page.token;
    table["metadata"]["remainingItemCount"] =
        Json::Value(static_cast<Json::UInt64>(page.remaining));
  }
  return json_response(200, canonical_json(table));
}

}  // namespace

http::Response list_objects(World& world, const Call& call) {
  const auto selection = Selection::parse(call.query("labelSelector"), call.query("fieldSelector"));
  if (!selection) return refused(selection.error());
  const auto page = read_page(world, call, *selection);
  if (!page) return refused(page.error());
  if (call.form == Form::table) return table_page(call, *page);

  const bool partial = call.form == Form::metadata;
  std::string body = partial ? list_head(call, "PartialObjectMetadataList", "meta.k8s.io/v1", *page,
                                         !selection->empty())
                             : list_head(call, call.kind->list_kind, call.api_version(), *page,
                                         !selection->empty());
  body += ",\"items\":[";
  for (std::size_t i = 0; i < page->objects.size(); ++i) {
    if (i > 0) body += ',';
    const Stored& object = *page->objects[i];
    // Lists of built-in kinds leave kind and apiVersion of their items out.
    if (partial)
      body += partial_text(object);
    else if (call.kind->custom)
      body += object_text(object, call.api_version(), call.kind->kind);
    else
      body += object.text;
  }
  return json_response(200, body + "]}");
}

}  // namespace flotilla::simulator
