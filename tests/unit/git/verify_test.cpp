#include "reconciler/git/verify.h"

#include "reconciler/git/signature.h"
#include "render/base/text.h"
#include "tests/support/git_servers/sandbox.h"
#include "tests/support/git_servers/signer.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::git;
using namespace flotilla::testing;
using Catch::Matchers::Contains;

namespace fs = std::filesystem;

namespace {

// The rules of a commit stand in its file "rules": "commits", "tags", "key <path>".
class Scene {
 public:
  Scene() : work(box / "work") {
    make_repository(work);
    for (const char* name : {"ann", "bob", "eve"}) make_ssh_key(key(name));
    sign_with_ssh(work, key("ann"));
  }

  fs::path key(const std::string& name) const { return box / "keys" / name; }
  std::string public_key(const std::string& name) const {
    return read_file(key(name).string() + ".pub");
  }
  void by(const std::string& name) const { sign_with_ssh(work, key(name)); }
  std::string head() const { return shell(work, "git rev-parse HEAD"); }
  // Ann's signed commit that wants signed commits, by her key.
  std::string first(const std::string& rules = "commits\nkey ann.pub\n") const {
    write_file(work / "ann.pub", public_key("ann"));
    return commit_signed(work, "rules", rules);
  }
  std::string sign(const std::string& content) const {
    return commit_signed(work, "app.yaml", content);
  }
  std::string plain(const std::string& content) const {
    return commit_file(work, "app.yaml", content);
  }

  Result<void> accept(Verifier& verifier, const std::string& last,
                      const std::string& ref = "main") {
    auto repository = Repository::open(work);
    REQUIRE(repository);
    const auto commit = repository->resolve(ref);
    REQUIRE(commit);
    const auto rules_of = [&](const std::string& id) -> Result<std::optional<SignatureRules>> {
      const auto text = repository->read_file(id, "rules");
      if (!text) return std::optional<SignatureRules>();
      SignatureRules rules;
      for (const std::string& line : split(*text, '\n')) {
        rules.commits = rules.commits || line == "commits";
        rules.tags = rules.tags || line == "tags";
        if (line.starts_with("key ")) rules.keys.push_back(line.substr(4));
      }
      return std::optional(rules);
    };
    return verifier.accept(*repository, {*commit, ref, last}, rules_of);
  }
  // Why the head is refused, by a verifier that knows nothing yet; empty if it is accepted.
  std::string fault(const std::string& last, const std::string& ref = "main") {
    Verifier fresh(anchor);
    return fault(fresh, last, ref);
  }
  std::string fault(Verifier& verifier, const std::string& last, const std::string& ref = "main") {
    const auto accepted = accept(verifier, last, ref);
    return accepted ? "" : accepted.error().message;
  }

  Sandbox box;
  fs::path work;
  fs::path anchor;
};

}  // namespace

TEST_CASE("every commit since the last good one must be signed by a trusted key") {
  Scene scene;
  const std::string good = scene.first();
  CHECK(scene.fault("").empty());
  scene.sign("a");
  CHECK(scene.fault(good).empty());

  SECTION("an unsigned one in the middle") {
    const std::string bad = scene.plain("b");
    scene.plain("c");
    scene.sign("d");
    Verifier verifier;
    const auto refused = scene.accept(verifier, good);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::forbidden);
    CHECK(refused.error().message ==
          "commit " + bad.substr(0, 12) +
              " by Ann <ann@example.org> (\"Change app.yaml\") is not signed (2 of the 4 commits "
              "since " +
              good.substr(0, 12) + " do not count)");
  }
  SECTION("a key that is not trusted") {
    scene.by("eve");
    scene.sign("b");
    CHECK_THAT(scene.fault(good), Contains(" is signed by SHA256:") &&
                                      Contains("(ssh-ed25519), which is not trusted"));
  }
  SECTION("the side of a merge is looked at too") {
    shell(scene.work, "git checkout -q -b side");
    commit_file(scene.work, "side.yaml", "x");
    shell(scene.work, "git checkout -q main");
    scene.sign("b");
    shell(scene.work, "git merge -q -S --no-ff -m merged side");
    CHECK_THAT(scene.fault(good), Contains("(\"Change side.yaml\") is not signed"));
  }
  SECTION("a commit that was tampered with") {
    const std::string raw = shell(scene.work,
                                  "git cat-file commit HEAD | sed 's/^Change/Tamper/' "
                                  "| git hash-object -t commit -w --stdin");
    shell(scene.work, "git reset -q --hard " + raw);
    CHECK_THAT(scene.fault(good),
               Contains("(\"Tamper app.yaml\")") && Contains("but the signature does not fit"));
  }
  SECTION("a history that was rewritten, or set back") {
    shell(scene.work, "git checkout -q --orphan other");
    scene.plain("b");
    scene.sign("c");
    shell(scene.work, "git branch -f main other");
    CHECK_THAT(scene.fault(good), Contains("is not signed"));
    shell(scene.work, "git branch -f main " + good + "~1");
    CHECK_THAT(scene.fault(good), Contains("is not signed"));
  }
}

TEST_CASE("a commit does not let itself in") {
  Scene scene;
  const std::string good = scene.first();
  Verifier verifier;
  REQUIRE(scene.fault(verifier, "").empty());

  SECTION("by switching verification off") {
    commit_file(scene.work, "rules", "");
    CHECK_THAT(scene.fault(good), Contains("(\"Change rules\") is not signed"));
    scene.sign("a");
    CHECK_THAT(scene.fault(verifier, good), Contains("(\"Change rules\") is not signed"));
  }
  SECTION("by bringing its key") {
    scene.by("eve");
    write_file(scene.work / "eve.pub", scene.public_key("eve"));
    commit_signed(scene.work, "rules", "commits\nkey ann.pub\nkey eve.pub\n");
    CHECK_THAT(scene.fault(good), Contains("which is not trusted"));
  }
  SECTION("a key counts from the commit after the one that brought it, until one takes it away") {
    write_file(scene.work / "bob.pub", scene.public_key("bob"));
    const std::string brought =
        commit_signed(scene.work, "rules", "commits\nkey ann.pub\nkey bob.pub\n");
    REQUIRE(scene.fault(verifier, good).empty());
    scene.by("bob");
    const std::string by_bob = scene.sign("a");
    CHECK_THAT(scene.fault(good), Contains("which is not trusted"));
    REQUIRE(scene.fault(verifier, brought).empty());
    CHECK(scene.fault(brought).empty());
    scene.by("ann");
    shell(scene.work, "git rm -q bob.pub");
    const std::string taken = commit_signed(scene.work, "rules", "commits\nkey ann.pub\n");
    REQUIRE(scene.fault(verifier, by_bob).empty());
    scene.by("bob");
    scene.sign("b");
    CHECK_THAT(scene.fault(verifier, taken), Contains("which is not trusted"));
  }
  SECTION("a signed one may switch it off, but not by losing what says it, nor its keys") {
    const std::string off = commit_signed(scene.work, "rules", "");
    CHECK(scene.fault(verifier, good).empty());
    scene.plain("a");
    CHECK(scene.fault(verifier, off).empty());
    shell(scene.work, "git reset -q --hard " + good + " && git rm -q rules");
    scene.sign("b");
    CHECK_THAT(scene.fault(good), Contains("has no Fleet that can be read"));
    shell(scene.work, "git reset -q --hard " + good + " && git rm -q ann.pub");
    scene.sign("c");
    CHECK_THAT(scene.fault(good), Contains("names ann.pub, which cannot be read"));
  }
}

TEST_CASE("whoever switches verification on signs that") {
  Scene scene;
  const std::string before = scene.head();
  write_file(scene.work / "ann.pub", scene.public_key("ann"));
  commit_file(scene.work, "rules", "commits\nkey ann.pub\n");
  CHECK_THAT(scene.fault(before), Contains("is not signed"));
  scene.sign("a");
  CHECK(scene.fault(before).empty());
  commit_signed(scene.work, "rules", "commits\n");
  CHECK_THAT(scene.fault(before), Contains("there is no key"));
}

TEST_CASE("with a folder of keys nothing else needs to be believed") {
  Scene scene;
  scene.anchor = scene.box / "anchor";
  write_file(scene.anchor / "ann", scene.public_key("ann"));
  const std::string unsigned_commit = scene.head();
  CHECK_THAT(scene.fault(""), Contains("is not signed"));
  // Whoever can push may have recorded it as the last good one.
  CHECK_THAT(scene.fault(unsigned_commit), Contains("is not signed"));
  scene.sign("a");
  CHECK(scene.fault("").empty());

  SECTION("keys of the repository count after a commit of the folder's keys") {
    write_file(scene.work / "bob.pub", scene.public_key("bob"));
    const std::string brought = commit_signed(scene.work, "rules", "key bob.pub\n");
    scene.by("bob");
    const std::string by_bob = scene.sign("b");
    CHECK_THAT(scene.fault(""), Contains("which is not trusted"));
    CHECK(scene.fault(brought).empty());
    // After a restart: the way from the folder's key to Bob's commit is found again.
    CHECK(scene.fault(by_bob).empty());
    write_file(scene.work / "eve.pub", scene.public_key("eve"));
    scene.by("eve");
    const std::string by_eve = commit_signed(scene.work, "rules", "key eve.pub\n");
    CHECK_THAT(scene.fault(by_eve), Contains("which is not trusted"));
    CHECK_THAT(scene.fault(by_bob), Contains("which is not trusted"));
  }
  SECTION("a key that left the folder takes what it let in along") {
    Verifier verifier(scene.anchor);
    const std::string last = scene.head();
    REQUIRE(scene.fault(verifier, "").empty());
    write_file(scene.anchor / "ann", scene.public_key("bob"));
    scene.sign("b");
    CHECK_THAT(scene.fault(verifier, last), Contains("which is not trusted"));
  }
  SECTION("a folder that holds no key, or something else") {
    write_file(scene.anchor / "ann", "# nobody\n");
    CHECK_THAT(scene.fault(""), Contains("ann holds no key"));
    write_file(scene.anchor / "ann", read_file(scene.key("ann")));
    CHECK_THAT(scene.fault(""), Contains("holds a private key"));
    fs::remove(scene.anchor / "ann");
    CHECK_THAT(scene.fault(""), Contains("holds none"));
  }
}

TEST_CASE("the tag that is followed must be signed") {
  Scene scene;
  scene.first("tags\nkey ann.pub\n");
  shell(scene.work,
        "git tag -s -m one v1 && git tag -a -m two v2 && git tag v3 && git update-ref "
        "refs/tags/v4 v1");
  CHECK(scene.fault("", "v1").empty());
  CHECK(scene.fault("", "refs/tags/v1").empty());
  CHECK_THAT(scene.fault("", "v2"), Contains("tag v2 is not signed"));
  CHECK_THAT(scene.fault("", "v3"), Contains("tag v3 is lightweight"));
  CHECK_THAT(scene.fault("", "v4"), Contains("tag v4 is another tag under this name"));
  CHECK_THAT(scene.fault("", "main"), Contains("wants a signed tag"));
  scene.by("eve");
  shell(scene.work, "git tag -s -m five v5");
  CHECK_THAT(scene.fault("", "v5"), Contains("which is not trusted"));
  shell(scene.work, "git branch v1");
  CHECK_THAT(scene.fault("", "v1"), Contains("wants a signed tag"));
}

TEST_CASE("OpenPGP signatures count as well") {
  Scene scene;
  const GnuPg ann(scene.box / "g1", "Ann <ann@example.org>");
  const GnuPg eve(scene.box / "g2", "Eve <eve@example.org>");
  ann.sign(scene.work);
  const bool armored = GENERATE(true, false);
  write_file(scene.work / "ann.key", ann.public_key(armored));
  const std::string good = commit_signed(scene.work, "rules", "commits\ntags\nkey ann.key\n");
  CHECK(scene.fault("") == "");
  scene.sign("a");
  CHECK(scene.fault(good) == "");
  shell(scene.work, "git tag -s -m one v1");
  CHECK(scene.fault(good, "v1") == "");
  const std::string raw = shell(scene.work,
                                "git cat-file commit HEAD | sed 's/^Change/Tamper/' | "
                                "git hash-object -t commit -w --stdin");
  shell(scene.work, "git reset -q --hard " + raw);
  CHECK_THAT(scene.fault(good),
             Contains("is signed by OpenPGP key ") && Contains("but the signature does not fit"));
  eve.sign(scene.work);
  shell(scene.work, "git reset -q --hard " + good);
  scene.sign("b");
  CHECK_THAT(scene.fault(good),
             Contains("is signed by OpenPGP key ") && Contains(", which is not trusted"));
}

TEST_CASE("an OpenPGP key that has expired does not count") {
  Scene scene;
  const GnuPg ann(scene.box / "g", "Ann <ann@example.org>", "--faked-system-time=20200101T000000",
                  "1y");
  ann.sign(scene.work);
  write_file(scene.work / "ann.asc", ann.public_key());
  commit_signed(scene.work, "rules", "commits\nkey ann.asc\n");
  CHECK_THAT(scene.fault(""),
             Contains("is signed by OpenPGP key ") && Contains(", which has expired"));
}

TEST_CASE("a commit is taken apart so that everything but its signature is signed") {
  const std::string head = "tree 1\nparent 2\n";
  const std::string committer = "author A <a> 1 +0000\ncommitter B <b> 42 +0100\n";
  const std::string signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n \n -----END\n";
  const std::string rest = "encoding x\n\ngpgsig no\n text\n";
  const Signed commit = take_commit_apart(head + committer + signature + rest);
  CHECK(commit.payload == head + committer + rest);
  CHECK(commit.signature == "-----BEGIN SSH SIGNATURE-----\nAAAA\n\n-----END\n");
  CHECK(commit.time == 42);
  CHECK(commit.fault.empty());
  // There it would end the list of parents for some readers.
  CHECK_THAT(take_commit_apart("tree 1\n" + signature + "parent 2\n" + committer + rest).fault,
             Contains("wrong place"));
  CHECK_THAT(take_commit_apart(head + committer + signature + signature + rest).fault,
             Contains("more than one"));
}
