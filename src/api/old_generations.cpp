// Names that only objects of other header generations import: 2018 (G1) and the documents of 2020
// and later (G3) declare members without const. The calls are those of the public headers. Forms
// that take ids by value stand beside their functions in graph.cpp and ai_memory.cpp.
#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"

namespace openmatrix {

HIAI_LIB_VISIBILITY std::uint32_t GraphId(const hiai::Graph* graph) __asm__(
    "_ZN4hiai5Graph10GetGraphIdEv");
std::uint32_t GraphId(const hiai::Graph* graph) { return graph->GetGraphId(); }

HIAI_LIB_VISIBILITY std::uint32_t DeviceId(const hiai::Graph* graph) __asm__(
    "_ZN4hiai5Graph11GetDeviceIDEv");
std::uint32_t DeviceId(const hiai::Graph* graph) { return graph->GetDeviceID(); }

HIAI_LIB_VISIBILITY std::uint32_t QueueMaxSize(const hiai::Engine* engine) __asm__(
    "_ZN4hiai6Engine15GetQueueMaxSizeEv");
std::uint32_t QueueMaxSize(const hiai::Engine* engine) { return engine->GetQueueMaxSize(); }

HIAI_LIB_VISIBILITY std::uint32_t QueueCurrentSize(
    const hiai::Engine* engine,
    std::uint32_t port) __asm__("_ZN4hiai6Engine19GetQueueCurrentSizeEj");
std::uint32_t QueueCurrentSize(const hiai::Engine* engine, std::uint32_t port) {
  return engine->GetQueueCurrentSize(port);
}

}  // namespace openmatrix
#endif
