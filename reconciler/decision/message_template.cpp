#include "reconciler/decision/message_template.h"

#include "render/base/text.h"

#include <algorithm>

namespace flotilla::decision {
namespace {

using Kind = MessageTemplate::Kind;
using Part = MessageTemplate::Part;

SourceRef place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {"", static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(offset - line_start) + 1};
}

std::string known_fields() {
  std::vector<std::string> names;
  for (const std::string_view name : message_fields()) names.push_back("." + std::string(name));
  return join(names, ", ");
}

// One pass over the text; conditions that are open stand on a stack.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<MessageTemplate> read() {
    while (at_ < text_.size()) {
      const std::size_t open = std::min(text_.find("{{", at_), text_.size());
      add_text(text_.substr(at_, open - at_));
      at_ = open;
      if (open == text_.size()) break;
      const std::size_t close = text_.find("}}", open + 2);
      if (close == std::string_view::npos) return fault(open, "{{ has no }}");
      TRY(take(trim(text_.substr(open + 2, close - open - 2)), open));
      at_ = close + 2;
    }
    if (!open_.empty()) return fault(open_.back().offset, "{{ if }} has no {{ end }}");
    return std::move(result_);
  }

 private:
  struct Open {
    std::size_t part;
    std::size_t offset;
    bool has_otherwise = false;
  };

  tl::unexpected<Error> fault(std::size_t offset, std::string message) const {
    return fail(Code::invalid, std::move(message), place_in(text_, offset));
  }

  void add_text(std::string_view text) {
    if (!text.empty()) result_.parts.push_back({Kind::text, std::string(text)});
  }

  Result<void> take(std::string_view action, std::size_t offset) {
    if (action == "end") return end(offset);
    if (action == "else") return otherwise(offset);
    const bool condition = action.starts_with("if ");
    const std::string_view name = condition ? trim(action.substr(3)) : action;
    if (!name.starts_with('.'))
      return fault(offset, "\"" + std::string(action) +
                               "\" is not known, want .field, if .field, else or end");
    const auto& fields = message_fields();
    if (std::find(fields.begin(), fields.end(), name.substr(1)) == fields.end())
      return fault(offset,
                   "\"" + std::string(name) + "\" is no field, want one of " + known_fields());
    if (condition) open_.push_back({result_.parts.size(), offset});
    result_.parts.push_back(
        {condition ? Kind::condition : Kind::field, std::string(name.substr(1))});
    return {};
  }

  Result<void> otherwise(std::size_t offset) {
    if (open_.empty() || open_.back().has_otherwise)
      return fault(offset, "{{ else }} belongs to no {{ if }}");
    open_.back().has_otherwise = true;
    result_.parts[open_.back().part].otherwise = result_.parts.size();
    return {};
  }

  Result<void> end(std::size_t offset) {
    if (open_.empty()) return fault(offset, "{{ end }} belongs to no {{ if }}");
    Part& part = result_.parts[open_.back().part];
    part.end = result_.parts.size();
    if (!open_.back().has_otherwise) part.otherwise = part.end;
    open_.pop_back();
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  MessageTemplate result_;
  std::vector<Open> open_;
};

const std::string& value_of(const MessageValues& values, const std::string& name) {
  static const std::string none;
  const auto found = values.find(name);
  return found == values.end() ? none : found->second;
}

struct Filling {
  const MessageTemplate& pattern;
  const MessageValues& values;
  const std::function<std::string(std::string)>& escape;
  std::string text = {};

  void add(std::size_t from, std::size_t to) {
    while (from < to) {
      const Part& part = pattern.parts[from++];
      if (part.kind == Kind::text) {
        text += part.text;
      } else if (part.kind == Kind::field) {
        text += escape(value_of(values, part.text));
      } else {
        const std::string& value = value_of(values, part.text);
        const bool counts = !value.empty() && value != "0";
        add(counts ? from : part.otherwise, counts ? part.otherwise : part.end);
        from = part.end;
      }
    }
  }
};

}  // namespace

const std::vector<std::string_view>& message_fields() {
  static const std::vector<std::string_view> names = {"event",
                                                      "fleet",
                                                      "revision",
                                                      "commit",
                                                      "subject",
                                                      "cluster",
                                                      "message",
                                                      "time",
                                                      "counts.clusters",
                                                      "counts.done",
                                                      "counts.unreachable",
                                                      "counts.wanted",
                                                      "counts.applied",
                                                      "counts.healthy",
                                                      "counts.drifted",
                                                      "counts.held",
                                                      "counts.failures"};
  return names;
}

Result<MessageTemplate> read_template(std::string_view text) { return Reader(text).read(); }

std::string fill_in(const MessageTemplate& pattern, const MessageValues& values,
                    const std::function<std::string(std::string)>& escape) {
  Filling filling{pattern, values, escape};
  filling.add(0, pattern.parts.size());
  return std::move(filling.text);
}

const std::vector<std::string>& notification_events() {
  static const std::vector<std::string> names = {"Deployed",
                                                 "Failed",
                                                 "Progressing",
                                                 "ClusterUnreachable",
                                                 "ClusterRecovered",
                                                 "Degraded",
                                                 "Recovered",
                                                 "DeletionsHeld",
                                                 "Drift",
                                                 "Fight",
                                                 "SuspendedChanged",
                                                 "SourceError",
                                                 "SourceRecovered"};
  return names;
}

const std::vector<std::string>& default_notification_events() {
  static const std::vector<std::string> names = {
      "Failed",    "ClusterUnreachable", "ClusterRecovered", "Degraded",
      "Recovered", "DeletionsHeld",      "SourceError",      "SourceRecovered"};
  return names;
}

}  // namespace flotilla::decision
