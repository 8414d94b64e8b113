// Calls what only objects of 2018 and of 2020 and later import.
#include "by_value.h"

#include "by_value_findings.h"

void UseByValueForms(uint32_t graph, uint32_t engine, ByValueFindings& findings) {
  const uint32_t kStatus = 0x60013007;
  {
    const std::shared_ptr<hiai::Graph> found = hiai::Graph::GetInstance(graph);
    findings.found_graph = found != nullptr;
    if (found == nullptr) return;
    findings.graph_id = found->GetGraphId();
    findings.device = found->GetDeviceID();
    const std::shared_ptr<hiai::Engine> entry = found->GetEngine(engine);
    if (entry != nullptr) {
      findings.queue_size = entry->GetQueueMaxSize();
      findings.queued = entry->GetQueueCurrentSize(0);
    }
    HIAI_ENGINE_LOG_IMPL("f", "by_value.cpp", 1, found.get(), kStatus, "form %d;", 1);
    HIAI_ENGINE_LOG_IMPL("f", "by_value.cpp", 2, entry.get(), kStatus, "form %d;", 2);
    HIAI_ENGINE_LOG_IMPL("f", "by_value.cpp", 3, 0x6001, found.get(), kStatus, "form %d;", 3);
    HIAI_ENGINE_LOG_IMPL("f", "by_value.cpp", 4, 0x6001, entry.get(), kStatus, "form %d;", 4);
  }
  findings.malloc_status = hiai::HIAIMemory::HIAI_DMalloc(256, findings.block, 10, 4);
  findings.destroy_status = hiai::Graph::DestroyGraph(graph);
}
