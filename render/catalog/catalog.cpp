#include "render/catalog/catalog.h"

#include "render/base/digest.h"
#include "render/catalog/choose.h"
#include "render/catalog/parse.h"
#include "render/catalog/reload.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace flotilla::catalog {

namespace {

using Used = std::set<std::pair<std::string, std::string>>;
using Places = std::map<ObjectKey, std::vector<ObjectPtr>>;

Problem too_large(const ChosenFile& file) {
  return error_at("too-large", {file.path, 0, 0},
                  "the file has " + std::to_string(file.entry.size) + " bytes, want at most " +
                      std::to_string(max_file_bytes));
}

// The file's content as objects, from the cache if it was there.
Result<std::shared_ptr<const ParsedFile>> parsed(const FileTree& tree, const ChosenFile& file,
                                                 ParseCache* cache, Used& used) {
  std::string id = file.entry.id;
  if (cache != nullptr && !id.empty()) {
    used.emplace(file.path, id);
    if (auto known = cache->find(file.path, id)) return known;
  }
  TRY_ASSIGN(const std::string text, tree.read(file.entry));
  if (cache == nullptr) return std::make_shared<const ParsedFile>(parse_file(file.path, text));
  if (id.empty()) {
    id = "sha256:" + sha256_hex(text);
    used.emplace(file.path, id);
    if (auto known = cache->find(file.path, id)) return known;
  }
  auto fresh = std::make_shared<const ParsedFile>(parse_file(file.path, text));
  cache->store(file.path, id, fresh);
  return fresh;
}

void add(const ParsedFile& file, Catalog& catalog, Places& places) {
  catalog.problems.insert(catalog.problems.end(), file.problems.begin(), file.problems.end());
  catalog.faulty_objects.insert(file.faulty.begin(), file.faulty.end());
  for (const ObjectPtr& object : file.objects) places[object->key].push_back(object);
}

// Each place is told of the others.
void report_doubles(const ObjectKey& key, const std::vector<ObjectPtr>& objects, Catalog& catalog) {
  const std::string name = to_string(key);
  for (const ObjectPtr& object : objects) {
    std::string others;
    for (const ObjectPtr& other : objects) {
      if (other == object) continue;
      if (!others.empty()) others += " and ";
      others += to_string(other->source);
    }
    catalog.problems.push_back(error_at("duplicate-object", object->source,
                                        "also stands at " + others + ", want it once", name));
  }
  catalog.faulty_objects.insert(key);
}

void sort_out(Places places, Catalog& catalog) {
  std::vector<ObjectPtr> settings;
  std::vector<ObjectPtr> templates;
  for (auto& [key, objects] : places) {
    if (objects.size() > 1) {
      report_doubles(key, objects, catalog);
      if (is_setting(key.group_kind()))
        catalog.doubles.insert(catalog.doubles.end(), objects.begin(), objects.end());
      continue;
    }
    if (catalog.faulty_objects.count(key) > 0)
      continue;  // it stands elsewhere too, in a form that cannot be used
    auto& kept = is_setting(key.group_kind()) ? settings : templates;
    kept.push_back(std::move(objects.front()));
  }
  catalog.settings = Chunked(std::move(settings));
  catalog.templates = Chunked(std::move(templates));
}

}  // namespace

std::shared_ptr<const ParsedFile> ParseCache::find(const std::string& path,
                                                   const std::string& id) const {
  const auto found = files_.find({path, id});
  return found == files_.end() ? nullptr : found->second;
}

void ParseCache::store(const std::string& path, const std::string& id,
                       std::shared_ptr<const ParsedFile> file) {
  files_[{path, id}] = std::move(file);
}

std::shared_ptr<const ParsedFile> ParseCache::any(const std::string& path) const {
  const auto found = files_.lower_bound({path, ""});
  return found == files_.end() || found->first.first != path ? nullptr : found->second;
}

void ParseCache::forget(const std::string& path) {
  for (auto it = files_.lower_bound({path, ""}); it != files_.end() && it->first.first == path;)
    it = files_.erase(it);
}

void ParseCache::keep_only(const Used& used) {
  std::erase_if(files_, [&](const auto& file) { return used.count(file.first) == 0; });
}

bool is_setting(const GroupKind& kind) {
  static constexpr std::array<std::string_view, 10> groups = {
      "apps.karmada.io",   "autoscaling.karmada.io", "cluster.karmada.io", "config.karmada.io",
      "flotilla.dev",      "networking.karmada.io",  "policy.karmada.io",  "remedy.karmada.io",
      "search.karmada.io", "work.karmada.io"};
  return std::find(groups.begin(), groups.end(), kind.group) != groups.end();
}

Result<Catalog> load_catalog(const FileTree& tree, ParseCache* cache) {
  if (cache != nullptr) {
    TRY_ASSIGN(auto patched, reload(tree, *cache));
    if (patched) return std::move(*patched);
  }
  TRY_ASSIGN(const auto entries, tree.list());
  Choice choice = choose_files(tree, entries);
  Catalog catalog;
  catalog.problems = std::move(choice.problems);
  Places places;
  Used used;
  for (const ChosenFile& file : choice.files) {
    if (file.entry.size > max_file_bytes) {
      catalog.problems.push_back(too_large(file));
      continue;
    }
    const auto content = parsed(tree, file, cache, used);
    if (content) add(**content, catalog, places);
    if (!content)
      catalog.problems.push_back(
          error_at("unreadable", {file.path, 0, 0}, content.error().message));
  }
  if (cache != nullptr) cache->keep_only(used);
  sort_out(std::move(places), catalog);
  catalog.problems = sorted(std::move(catalog.problems));
  for (const Problem& problem : catalog.problems)
    if (problem.severity == Severity::error) catalog.faulty_files.insert(problem.where.file);
  for (const Problem& problem : catalog.problems)
    if (problem.code == "not-an-object") catalog.doubtful_files.insert(problem.where.file);
  if (cache != nullptr) remember(tree, entries, catalog, *cache);
  return catalog;
}

}  // namespace flotilla::catalog
