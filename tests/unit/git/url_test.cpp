#include "reconciler/git/url.h"

#include "reconciler/git/repository.h"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace flotilla::git;

TEST_CASE("URLs are shown without user info and query") {
  struct Case {
    std::string url;
    std::string shown;
  };
  const Case cases[] = {
      {"https://github.com/org/app.git", "https://github.com/org/app.git"},
      {"https://user:pass@github.com/org/app.git", "https://github.com/org/app.git"},
      {"https://ghp_token@github.com/org/app", "https://github.com/org/app"},
      {"https://user:p%40ss@host:8443/app?sig=secret#x", "https://host:8443/app"},
      {"https://user:pa/ss@host/app", "https://host/app"},
      {"https://user:p@ss@host/app", "https://host/app"},
      {"https://host/app@v1", "https://host/app@v1"},
      {"https://host:443/app@v1", "https://host:443/app@v1"},
      {"https://[::1]:443/app@v1", "https://[::1]:443/app@v1"},
      {"ssh://git@host:22/app.git", "ssh://host:22/app.git"},
      {"git@host:org/app.git", "host:org/app.git"},
      {"/srv/git/app.git", "/srv/git/app.git"},
      {"/srv/a@b/app.git", "/srv/a@b/app.git"},
      {"file:///srv/git/a@b.git", "file:///srv/git/a@b.git"},
      {"./app", "./app"},
  };
  for (const Case& item : cases) CHECK(shown_url(item.url) == item.shown);
}

TEST_CASE("a folder is told from a host as git does it") {
  for (const char* url : {"/a/b", "a/b", ".", "file:///a", "./a:b", "/a:b/c"}) CHECK(is_local(url));
  for (const char* url :
       {"host:a/b", "git@host:a", "https://h/a", "ssh://h/a", "git://h/a", "ext::sh -c id"})
    CHECK_FALSE(is_local(url));
}

TEST_CASE("a URL is taken apart so that git gets no password") {
  const RemoteUrl https = parse_url("https://bob:a%2Fb%20c@host:8443/app.git");
  CHECK(https.address == "https://host:8443/app.git");
  CHECK(https.site == "https://host:8443/");
  CHECK(https.host == "host");
  CHECK(https.port == "8443");
  CHECK(https.user == "bob");
  CHECK(https.password == "a/b c");

  CHECK(parse_url("ssh://git:pw@host:22/app.git").address == "ssh://git@host:22/app.git");
  CHECK(parse_url("ssh://git@host:22/app.git").site.empty());
  CHECK(parse_url("git@host:org/app.git").address == "git@host:org/app.git");
  CHECK(parse_url("git@host:org/app.git").host == "host");
  CHECK(parse_url("https://[::1]:8443/a").host == "::1");
  CHECK(parse_url("https://[::1]:8443/a").port == "8443");
  CHECK(parse_url("https://[::1]/a").port == "443");
  CHECK(parse_url("http://host:80/a").port.empty());
  CHECK(parse_url("relative/folder").address ==
        (std::filesystem::current_path() / "relative/folder").string());
}
