#pragma once

#include "reconciler/cli/output.h"
#include "reconciler/status/documents.h"

#include <cstdint>
#include <optional>
#include <string>

// What `flotilla status` shows of a status branch. No I/O, no clock.
namespace flotilla::cli {

enum class StatusPart { overview, clusters, bindings };

// A commit that the status does not tell of yet.
struct Newest {
  std::string revision;
  std::int64_t time = 0;  // of the commit, seconds since 1970
  bool of_clone = false;  // as a clone fetched it, and the status, last
};

struct StatusView {
  StatusPart part = StatusPart::overview;
  bool bindings = false;  // the overview lists them too
  Output output = Output::table;
  std::string cluster = {};           // only it; empty: all
  std::string namespace_ = {};        // only objects in it; empty: all
  std::int64_t now = 0;               // seconds since 1970: what ages are counted from
  std::optional<Newest> newest = {};  // of the branch that is followed
};

// The text to print, as the view wants it. not_found for a cluster that the branch does not know.
Result<std::string> status_text(status::Memory memory, const StatusView& view);

// What is said of a cluster that the branch does not know: not_found, with those it knows.
Error unknown_cluster(const std::string& name, const status::Memory& memory);

// The parts of it.
std::string overview_text(const status::Memory& memory, const StatusView& view);
std::string clusters_table(const status::Memory& memory, const StatusView& view);
std::string bindings_table(const status::Memory& memory, const StatusView& view);

}  // namespace flotilla::cli
