#include "tests/integration/fleet/work_tree.h"

#include <catch2/catch.hpp>

// `flotilla history` on a status branch whose commits have known times.
namespace flotilla::tests {
namespace {

std::string item(const std::string& name, const std::string& digest, const std::string& revision,
                 const std::string& more = "") {
  return "- apiVersion: v1\n  digest: " + digest + "\n  kind: ConfigMap\n  name: " + name +
         "\n  namespace: shop\n  origin: created\n  revision: " + revision +
         "\n  state: Applied\n  uid: uid-" + name + "\n" + more;
}

std::string fleet_file(const std::string& revision, const std::string& healthy, bool ready) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: shop}\nstatus:\n"
         "  revision: " +
         revision + "\n  objects: {wanted: 2, applied: 2, healthy: " + healthy +
         "}\n  conditions:\n  - {type: Ready, status: \"" + (ready ? "True" : "False") +
         "\", reason: " + (ready ? "Applied" : "Progressing") +
         ", message: m, lastTransitionTime: \"2026-11-01T09:00:00Z\"}\n";
}

constexpr std::string_view cluster = R"(apiVersion: cluster.karmada.io/v1alpha1
kind: Cluster
metadata: {name: NAME}
status: {conditions: [{type: Ready, status: "True", reason: ClusterReady}]}
)";

struct Record {
  WorkTree tree;
  std::string first;  // revisions of the source branch
  std::string second;
  std::string first_status;

  Record() {
    tree.write("a.yaml", "one");
    first = tree.commit("Open the shop");
    tree.write("a.yaml", "two");
    second = tree.commit("Change the price");
    tree.git({"checkout", "--quiet", "--orphan", status_branch});
    tree.git({"rm", "-rfq", "."});
    for (const std::string name : {"eu", "us"}) {
      std::string text(cluster);
      tree.write("clusters/" + name + ".yaml", text.replace(text.find("NAME"), 4, name));
    }
    write_inventory("eu", item("a", "aaa", of(first)) + item("b", "bbb", of(first)));
    write_inventory("us", item("a", "aaa", of(first)));
    tree.write("fleet.yaml", fleet_file(of(first), "0", false));
    first_status = commit(first, "2026-11-01T10:00:00Z", "create 3 on eu, us");
    tree.write("fleet.yaml", fleet_file(of(first), "2", true));
    commit(first, "2026-11-01T10:05:00Z", "");
    write_inventory("eu", item("a", "ccc", of(second)));
    tree.write("fleet.yaml", fleet_file(of(second), "1", false));
    commit(second, "2026-11-02T10:00:00Z", "update 1, remove 1 on eu");
    tree.git({"checkout", "--quiet", "main"});
  }

  static std::string of(const std::string& commit) { return "main@sha1:" + commit; }

  void write_inventory(const std::string& name, const std::string& items) const {
    write_file(tree.path() / "inventory" / (name + ".yaml"),
               "apiVersion: flotilla.dev/v1alpha1\nitems:\n" + items +
                   "kind: Inventory\nmetadata:\n  name: " + name + "\n");
  }

  std::string commit(const std::string& revision, const std::string& time,
                     const std::string& deeds) const {
    const std::string shown = "main@" + revision.substr(0, 7);
    const std::string headline = deeds.empty() ? "Status of " + shown : shown + ": " + deeds;
    tree.git({"add", "-A"});
    run_program({"/usr/bin/env", "GIT_COMMITTER_DATE=" + time, "GIT_AUTHOR_DATE=" + time, "git",
                 "-C", tree.path().string(), "-c", "user.name=t", "-c", "user.email=t@example.com",
                 "commit", "--quiet", "-m", headline + "\n\nFlotilla-Revision: " + of(revision)});
    std::string id = tree.git({"rev-parse", "HEAD"});
    return id.substr(0, 40);
  }

  Outcome history(const Arguments& more) const {
    Arguments arguments = {"history", "--repo", tree.path().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return flotilla(arguments);
  }
};

std::string seven(const std::string& id) { return id.substr(0, 7); }

}  // namespace

TEST_CASE("history tells what was applied where and when, newest first, and how it ended") {
  const Record record;
  const Outcome shown = record.history({});
  INFO(shown.text());
  CHECK(shown.code == 0);
  CHECK(shown.out ==
        "TIME                  REVISION      SUBJECT           WHAT                     WHERE   "
        "RESULT\n"
        "2026-11-02T10:00:00Z  main@" +
            seven(record.second) +
            "  Change the price  configured 1, removed 1  eu      1/2 Progressing\n"
            "2026-11-01T10:00:00Z  main@" +
            seven(record.first) +
            "  Open the shop     created 3                eu, us  2/2 ready\n"
            "\nThe history begins at 2026-11-01T10:00:00Z (" +
            seven(record.first_status) + ").\n");
  const Outcome one = record.history({"--limit", "1"});
  CHECK(lines_of(one.out).size() == 2);
  CHECK(lines_of(record.history({"--all"}).out).size() == 5);
}

TEST_CASE("history of one cluster and of one object") {
  const Record record;
  const Outcome us = record.history({"--cluster", "us"});
  INFO(us.text());
  CHECK(contains(us.out, "created 1"));
  CHECK_FALSE(contains(us.out, "Change the price"));
  const Outcome object = record.history({"--object", "configmap/shop/a"});
  INFO(object.text());
  const std::vector<std::string> lines = lines_of(object.out);
  REQUIRE(lines.size() == 5);
  CHECK(contains(lines[1], "Change the price  eu       configured  Applied  ccc"));
  CHECK(contains(lines[2], "Open the shop     eu       created     Applied  aaa"));
  CHECK(contains(lines[3], "Open the shop     us       created     Applied  aaa"));
  const Outcome removed = record.history({"--object", "ConfigMap/shop/b"});
  CHECK(contains(removed.out, "eu       removed"));
  const Outcome never = record.history({"--object", "ConfigMap/shop/c"});
  CHECK(never.code == 2);
  CHECK(never.err == "error: the status branch knows no ConfigMap/shop/c\n");
  for (const std::string name : {"cm/shop/b", "ConfigMap/b"}) {
    const Outcome similar = record.history({"--object", name});
    CHECK(similar.code == 2);
    CHECK(similar.err ==
          "error: the status branch knows no " + name + "; there is ConfigMap/shop/b\n");
  }
  const Outcome nowhere = record.history({"--cluster", "nope"});
  CHECK(nowhere.code == 2);
  CHECK(nowhere.err ==
        "error: there is no cluster \"nope\" on the status branch, want one of: eu, us\n");
  const Outcome elsewhere = record.history({"--object", "ConfigMap/shop/b", "--cluster", "us"});
  CHECK(elsewhere.code == 0);
  CHECK(contains(elsewhere.out, "Nothing is known to have been applied to it."));
  CHECK(record.history({"--object", "web"}).code == 2);
}

TEST_CASE("history in JSON tells every change") {
  const Record record;
  const Json::Value document = parse_json_text(record.history({"-o", "json"}).out);
  REQUIRE(document["items"].size() == 2);
  const Json::Value& newest = document["items"][0];
  CHECK(newest["revision"].asString() == Record::of(record.second));
  CHECK(newest["counts"]["removed"].asInt() == 1);
  CHECK(newest["clusters"][0]["changes"][0]["digestBefore"].asString() == "aaa");
  CHECK(newest["result"]["ready"].asBool() == false);
  CHECK(document["begins"]["commit"].asString() == record.first_status);
  CHECK(contains(record.history({"-o", "yaml"}).out, "counts:"));
}

TEST_CASE("history --at shows the status as it was then") {
  const Record record;
  const auto at = [&](const std::string& when) {
    const Outcome shown = record.history({"--at", when});
    INFO(shown.text());
    CHECK(shown.code == 0);
    std::string text;
    for (const std::string& line : lines_of(shown.out))
      if (line.starts_with("Revision ") || line.starts_with("Ready ")) text += line + "\n";
    return text;
  };
  const std::string first = "Revision  main@" + seven(record.first) + "\n";
  const std::string second = "Revision  main@" + seven(record.second) + "\n";
  CHECK(at("2026-11-01T10:01:00Z") == first + "Ready     no (Progressing) for 61m: m\n");
  CHECK(at("2026-11-01") == first + "Ready     yes for 14h: m\n");
  CHECK(at("2026-11-02 10:00") == second + "Ready     no (Progressing) for 25h: m\n");
  CHECK(at(record.first) == first + "Ready     yes for 65m: m\n");
  CHECK(at(record.first_status) == first + "Ready     no (Progressing) for 60m: m\n");
  CHECK(at("main") == second + "Ready     no (Progressing) for 25h: m\n");
  CHECK(at("main~1") == first + "Ready     yes for 65m: m\n");
  const Outcome before = record.history({"--at", "2026-10-01"});
  CHECK(before.code == 2);
  CHECK(before.err ==
        "error: nothing is known of 2026-10-01T23:59:59Z; the status branch begins at "
        "2026-11-01T10:00:00Z (" +
            seven(record.first_status) + ")\n");
  const Outcome nothing = record.history({"--at", "yesterday"});
  CHECK(nothing.code == 2);
  CHECK(contains(nothing.err, "\"yesterday\" is no commit of the repository and no time"));
}

TEST_CASE("a history that was cut short says where it begins, and claims nothing older") {
  const Record record;
  const TempFolder folder;
  const std::string clone = (folder.path() / "clone").string();
  const auto cut = [&] {
    std::filesystem::remove_all(clone);
    run_program({"/usr/bin/env", "git", "clone", "--quiet", "--bare", "--no-single-branch",
                 "--depth", "1", "file://" + record.tree.path().string(), clone});
    const Outcome shown = flotilla({"history", "--repo", clone});
    CHECK(shown.code == 0);
    return shown.out;
  };
  const std::string updated = cut();
  INFO(updated);
  CHECK(contains(updated, "Change the price  -     -      1/2 Progressing"));
  CHECK_FALSE(contains(updated, "Open the shop"));
  CHECK(contains(updated, "The history begins at 2026-11-02T10:00:00Z"));
  CHECK(contains(flotilla({"history", "--repo", clone, "--object", "ConfigMap/shop/a"}).out,
                 "Nothing is known to have been applied to it."));

  // One more of the same revision: which of both it was, nothing says.
  const auto add = [&](const std::string& name, const std::string& revision, int minute) {
    record.tree.git({"checkout", "--quiet", status_branch});
    record.write_inventory("us", item(name, "ddd", Record::of(revision)));
    record.commit(revision, "2026-11-03T10:0" + std::to_string(minute) + ":00Z", "create 1 on us");
    record.tree.git({"checkout", "--quiet", "main"});
  };
  add("d", record.second, 0);
  CHECK_FALSE(contains(cut(), "created"));
  add("e", record.first, 1);
  const std::string created = cut();
  INFO(created);
  CHECK(contains(created, "created 1  us"));
}

TEST_CASE("a clone without the status branch tells how to fetch it") {
  const Record record;
  const TempFolder folder;
  const std::string clone = (folder.path() / "clone").string();
  run_program({"/usr/bin/env", "git", "clone", "--quiet", "--single-branch",
               "file://" + record.tree.path().string(), clone});
  const std::string fetch = "git fetch origin flotilla/status:refs/remotes/origin/flotilla/status";
  for (const std::string command : {"status", "history"}) {
    const Outcome none = flotilla({command, "--repo", clone});
    CHECK(none.code == 2);
    CHECK(contains(none.err, "; if its origin has it: `" + fetch + "`"));
  }
  run_program({"/bin/sh", "-c", "cd \"$0\" && " + fetch + " 2>/dev/null", clone});
  CHECK(contains(flotilla({"history", "--repo", clone}).out, "Open the shop"));
}

}  // namespace flotilla::tests
