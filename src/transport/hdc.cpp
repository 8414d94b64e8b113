#include "transport/hdc.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "memory/outgoing.h"
#include "os/fork_guard.h"
#include "transport/codec.h"

namespace openmatrix {
namespace {

Frame ObjectFrame(const std::shared_ptr<void>& message) {
  Frame frame;
  frame.object = message;
  return frame;
}

Frame EncodedFrame(const Encoded& encoded, std::string&& control) {
  Frame frame;
  frame.kind = encoded.kind;
  frame.type_name = encoded.type_name;
  frame.control = std::move(control);
  return frame;
}

// At once, before anything waits: no free can make room for it.
Error TooLarge(const std::string& name, const Status& why) {
  return {why.error().code, "message \"" + name + "\": " + why.error().text};
}

// The hook is user code, which may fork and come back in the child: nobody takes messages there.
Result<Encoded> EncodeHere(TypeRegistry& types, const std::string& name, void* message) {
  const ForkWitness witness;
  Result<Encoded> encoded = Encode(types, name, message);
  if (witness.in_child()) {
    encoded = Error{Code::kParentsGraphs, "message \"" + name +
                                              "\": its hook forked, and nobody is here in the "
                                              "child to take it"};
  }
  return encoded;
}

Status SendToOwnSide(const Target& target, const std::shared_ptr<void>& message, const Wait& wait) {
  Result<Mailbox::Slot> slot = target.mailbox->Reserve(target.port, wait);
  if (!slot) return std::move(slot.error());
  target.mailbox->Push(std::move(slot.value()), ObjectFrame(message));
  return {};
}

Status SendAcross(const Sender& sender, const Target& target, const std::string& name,
                  const std::shared_ptr<void>& message, const Wait& wait) {
  Result<Encoded> encoded = EncodeHere(sender.types, name, message.get());
  if (!encoded) return std::move(encoded.error());
  Encoded& parts = encoded.value();

  if (parts.bytes == 0) {
    Result<Mailbox::Slot> slot = target.mailbox->Reserve(target.port, wait);
    if (!slot) return std::move(slot.error());
    target.mailbox->Push(std::move(slot.value()), EncodedFrame(parts, std::move(parts.control)));
    return {};
  }

  Result<Outgoing> outgoing = Outgoing::Inspect(sender.heap, parts.data, parts.bytes);
  if (!outgoing) return std::move(outgoing.error());
  if (Status fits = outgoing.value().CheckLimit(target.view); !fits) return TooLarge(name, fits);
  Result<Mailbox::Slot> slot = target.mailbox->Reserve(target.port, wait);
  if (!slot) return std::move(slot.error());
  Result<Payload> payload = outgoing.value().PrepareFor(target.view, wait);
  if (!payload) return std::move(payload.error());
  Departures departures;  // after the push
  Status committed = outgoing.value().Commit(&payload.value(), 1, message, departures);
  if (!committed) return committed;

  Frame frame = EncodedFrame(parts, std::move(parts.control));
  frame.payload = std::move(payload.value());
  target.mailbox->Push(std::move(slot.value()), std::move(frame));
  return {};
}

// The targets' numbers, ordered by `less`. Two fan-outs that need the same things get them in
// the same order, so neither waits for what the other has while holding what it waits for.
template <typename Less>
std::vector<std::size_t> InOrder(const Targets& targets, const Less& less) {
  std::vector<std::size_t> order(targets.count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return less(targets.list[a], targets.list[b]);
  });
  return order;
}

// One slot per target, in the targets' order. Several frames for one port are reserved at once:
// one after the other, two senders could each get half of what both need.
Result<std::vector<Mailbox::Slot>> ReserveAll(const Targets& targets, const Wait& wait) {
  const std::less<Mailbox*> before;
  const std::vector<std::size_t> order = InOrder(targets, [&](const Target& a, const Target& b) {
    return a.mailbox == b.mailbox ? a.port < b.port : before(a.mailbox, b.mailbox);
  });
  std::vector<Mailbox::Slot> slots(targets.count);
  for (std::size_t first = 0; first < order.size();) {
    const Target& target = targets.list[order[first]];
    std::size_t last = first + 1;
    while (last < order.size() && targets.list[order[last]].mailbox == target.mailbox &&
           targets.list[order[last]].port == target.port) {
      ++last;
    }
    Result<Mailbox::Slot> several =
        target.mailbox->Reserve(target.port, wait, static_cast<std::uint32_t>(last - first));
    if (!several) return std::move(several.error());
    for (; first < last; ++first) slots[order[first]] = several.value().Split();
  }
  return slots;
}

// Those on other sides than the sender's, side by side.
std::vector<std::size_t> CrossingInOrder(const Sender& sender, const Targets& targets) {
  std::vector<std::size_t> order = InOrder(
      targets, [](const Target& a, const Target& b) { return a.view.index < b.view.index; });
  order.erase(std::remove_if(order.begin(), order.end(),
                             [&](std::size_t i) { return targets.list[i].view == sender.view; }),
              order.end());
  return order;
}

// Whether each side may have all that goes there at once.
Status CheckLimits(const Outgoing& outgoing, const Targets& targets,
                   const std::vector<std::size_t>& crossing) {
  for (auto first = crossing.begin(); first != crossing.end();) {
    const View view = targets.list[*first].view;
    const auto last = std::find_if(first, crossing.end(),
                                   [&](std::size_t i) { return targets.list[i].view != view; });
    Status fits = outgoing.CheckLimit(view, static_cast<std::size_t>(last - first));
    if (!fits) return fits;
    first = last;
  }
  return {};
}

// Gives each crossing target's frame its payload, and moves the block.
Status Load(Outgoing& outgoing, const Targets& targets, const std::vector<std::size_t>& crossing,
            const std::shared_ptr<void>& message, const Wait& wait, std::vector<Frame>& frames,
            Departures& departures) {
  std::vector<Payload> payloads;
  payloads.reserve(crossing.size());
  for (const std::size_t i : crossing) {
    Result<Payload> payload = outgoing.PrepareFor(targets.list[i].view, wait);
    if (!payload) return std::move(payload.error());
    payloads.push_back(std::move(payload.value()));
  }
  Status committed = outgoing.Commit(payloads.data(), payloads.size(), message, departures);
  if (!committed) return committed;
  for (std::size_t n = 0; n < crossing.size(); ++n) {
    frames[crossing[n]].payload = std::move(payloads[n]);
  }
  return {};
}

Status SendToSeveral(const Sender& sender, const Targets& targets, const std::string& name,
                     const std::shared_ptr<void>& message, const Wait& wait) {
  const auto crosses = [&](std::size_t i) { return targets.list[i].view != sender.view; };
  bool any_crosses = false;
  for (std::size_t i = 0; i < targets.count; ++i) any_crosses = any_crosses || crosses(i);

  Encoded parts;
  std::optional<Outgoing> outgoing;
  if (any_crosses) {
    Result<Encoded> encoded = EncodeHere(sender.types, name, message.get());
    if (!encoded) return std::move(encoded.error());
    parts = std::move(encoded.value());
    if (parts.bytes != 0) {
      Result<Outgoing> inspected = Outgoing::Inspect(sender.heap, parts.data, parts.bytes);
      if (!inspected) return std::move(inspected.error());
      outgoing.emplace(std::move(inspected.value()));
    }
  }

  // All that allocates comes before Commit: after it nothing may fail.
  std::vector<Frame> frames;
  frames.reserve(targets.count);
  for (std::size_t i = 0; i < targets.count; ++i) {
    frames.push_back(crosses(i) ? EncodedFrame(parts, std::string(parts.control))
                                : ObjectFrame(message));
  }
  std::vector<std::size_t> crossing;
  if (outgoing) {
    crossing = CrossingInOrder(sender, targets);
    if (Status fits = CheckLimits(*outgoing, targets, crossing); !fits) return TooLarge(name, fits);
  }
  Result<std::vector<Mailbox::Slot>> slots = ReserveAll(targets, wait);
  if (!slots) return std::move(slots.error());

  Departures departures;  // after the pushes
  if (outgoing) {
    Status loaded = Load(*outgoing, targets, crossing, message, wait, frames, departures);
    if (!loaded) return loaded;
  }

  for (std::size_t i = 0; i < targets.count; ++i) {
    targets.list[i].mailbox->Push(std::move(slots.value()[i]), std::move(frames[i]));
  }
  return {};
}

Status SendToAll(const Sender& sender, const Targets& targets, const std::string& name,
                 const std::shared_ptr<void>& message, const Wait& wait) {
  if (targets.count != 1) return SendToSeveral(sender, targets, name, message, wait);
  const Target& target = targets.list[0];
  return target.view == sender.view ? SendToOwnSide(target, message, wait)
                                    : SendAcross(sender, target, name, message, wait);
}

// The links that the message passes: a message from device to device, those of both.
std::uint64_t LinksOf(const Sender& sender, const Targets& targets) {
  std::uint64_t links = 0;
  for (std::size_t i = 0; i < targets.count; ++i) {
    const View target = targets.list[i].view;
    if (target == sender.view) continue;
    if (!target.is_host()) links |= Interrupts::Bit(target.device());
    if (!sender.view.is_host()) links |= Interrupts::Bit(sender.view.device());
  }
  return links;
}

Error LinkIsCut(const std::string& name) {
  return Error{Code::kSessionDead,
               "message \"" + name + "\" needs the link to a device that is disconnected"};
}

}  // namespace

Status Send(const Sender& sender, Targets targets, const std::string& name,
            const std::shared_ptr<void>& message, const Wait& wait) {
  if (message == nullptr) return {Code::kNullMessage, "message \"" + name + "\" is null"};
  const std::uint64_t links = sender.cut_links != nullptr ? LinksOf(sender, targets) : 0;
  if (links == 0) return SendToAll(sender, targets, name, message, wait);

  Wait breakable = wait;
  breakable.interrupts = sender.cut_links;
  breakable.interrupted_by = links;
  // Not asked of the wait, which has not begun: a cut that is over does not concern it.
  if (sender.cut_links->raised(links)) return LinkIsCut(name);
  Status sent = SendToAll(sender, targets, name, message, breakable);
  wait.deadline.GoOnAs(breakable.deadline);  // a caller who tries again has waited already
  const bool stopped = !sent && sent.error().code == Code::kQueueStopped;
  return stopped && breakable.Interrupted() ? LinkIsCut(name) : std::move(sent);
}

std::shared_ptr<void> Receive(TypeRegistry& types, Frame&& frame) {
  if (frame.kind == Frame::Kind::kObject) return std::move(frame.object);
  std::shared_ptr<void> object = Decode(types, frame);
  frame.payload = Payload();  // an undelivered one is dropped, after the hook and its unwinding
  return object;
}

Result<std::shared_ptr<void>> Copy(const Sender& sender, const std::string& name,
                                   const std::shared_ptr<void>& message, const Wait& wait) {
  if (message == nullptr) return {Code::kNullMessage, "message \"" + name + "\" is null"};
  Result<Encoded> encoded = EncodeHere(sender.types, name, message.get());
  if (!encoded) return std::move(encoded.error());
  Encoded& parts = encoded.value();
  Frame frame = EncodedFrame(parts, std::move(parts.control));

  if (parts.bytes != 0) {
    Result<Outgoing> original = Outgoing::Inspect(sender.heap, parts.data, parts.bytes);
    if (!original) return std::move(original.error());
    // In a block of ours a hook that releases the data and then throws frees nothing twice.
    original.value().LeaveOriginal();
    if (Status fits = original.value().CheckLimit(sender.view); !fits) return TooLarge(name, fits);
    Result<Payload> payload = original.value().PrepareFor(sender.view, wait);
    if (!payload) return std::move(payload.error());
    Status committed = original.value().Commit(&payload.value(), 1, {});
    if (!committed) return std::move(committed.error());
    frame.payload = std::move(payload.value());
  }

  std::shared_ptr<void> copy = Decode(sender.types, frame);
  if (copy == nullptr) {
    return {Code::kHookFailed, "message \"" + name + "\" could not be copied on its own side"};
  }
  return copy;
}

}  // namespace openmatrix
