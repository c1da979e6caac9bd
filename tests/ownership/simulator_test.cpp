#include "reconciler/simulator/simulator.h"

#include "tests/ownership/steps.h"

#include <catch2/catch.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace flotilla;

namespace {

// The certificate of a simulator as a file, for as long as a test needs it.
class CaFile {
 public:
  explicit CaFile(const std::string& pem) {
    std::string name = (std::filesystem::temp_directory_path() / "flotilla-ca-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::ofstream(path()) << pem << std::flush;
  }
  ~CaFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  CaFile(const CaFile&) = delete;
  CaFile& operator=(const CaFile&) = delete;
  std::filesystem::path path() const { return folder_ / "ca.crt"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("the simulator keeps the owners of fields as real servers do") {
  for (const std::string& name : ownership::names()) {
    if (name == "repeated") continue;  // the simulator refuses those lists
    DYNAMIC_SECTION(name) {
      simulator::Options options;
      options.controllers = false;
      const auto simulator = simulator::Simulator::start(options);
      REQUIRE(simulator);
      const CaFile ca((*simulator)->ca_pem());
      const tests::KubeEndpoint server{(*simulator)->server_url(), ca.path(),
                                       (*simulator)->token()};
      ownership::replay(name, [&](const tests::KubeCall& call) { return ask(server, call); });
    }
  }
}
