#include "transport/type_registry.h"

#include <utility>

namespace openmatrix {

TypeRegistry::TypeRegistry(Collector collector) : collector_(std::move(collector)) {}

const TypeRegistry::Entry* TypeRegistry::FindEntry(const std::string& name) {
  const TypeTable* table = current_.load(std::memory_order_acquire);
  if (table != nullptr) {
    const auto found = table->find(name);
    if (found != table->end()) return &*found;
  }
  return FindSlowly(name);
}

const TypeRegistry::Entry* TypeRegistry::FindSlowly(const std::string& name) {
  // May be the last ones that hold what was taken out of the factory: users' destructors run.
  std::vector<std::unique_ptr<TypeTable>> unused;
  MutexLock lock(mutex_);
  for (;;) {
    const std::uint64_t generation = generation_.load(std::memory_order_seq_cst);
    const TypeTable* current = current_.load(std::memory_order_acquire);
    if (current != nullptr) {  // somebody else may have collected while we waited for the lock
      const auto found = current->find(name);
      if (found != current->end()) return &*found;
    }
    snapshots_.reserve(snapshots_.size() + 1);  // what readers see must stay, whatever ends
    unused.push_back(std::make_unique<TypeTable>());
    TypeTable& table = *unused.back();
    if (collector_) collector_(table);
    const auto found = table.find(name);
    const Entry* entry = found == table.end() ? nullptr : &*found;
    // A name that stays unknown must not fill the memory with equal snapshots.
    if (entry != nullptr || current == nullptr) {
      current_.store(&table, std::memory_order_seq_cst);
      snapshots_.push_back(std::move(unused.back()));
    }
    // A Refresh that came while we collected may have cleared `current_` before we set it.
    if (generation_.load(std::memory_order_seq_cst) == generation) return entry;
    current_.store(nullptr, std::memory_order_seq_cst);
  }
}

void TypeRegistry::Refresh() {
  generation_.fetch_add(1, std::memory_order_seq_cst);
  current_.store(nullptr, std::memory_order_seq_cst);
}

}  // namespace openmatrix
