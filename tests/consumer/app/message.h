// What crosses between the two halves. Both register it, each its own.
#pragma once

#include <securec.h>

#include <cstdint>
#include <memory>
#include <string>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/graph.h"

struct Packet {
  uint32_t number = 0;
  uint32_t size = 0;
  std::shared_ptr<uint8_t> bytes;
};

inline void SerializePacket(void* object, std::string& control, uint8_t*& data, uint32_t& size) {
  const Packet* packet = static_cast<Packet*>(object);
  char number[16] = "";
  (void)snprintf_s(number, sizeof number, sizeof number - 1, "%u", packet->number);
  control = number;
  data = packet->bytes.get();
  size = packet->size;
}

inline std::shared_ptr<void> DeserializePacket(const char* control, const uint32_t& control_size,
                                               const uint8_t* data, const uint32_t& size) {
  auto packet = std::make_shared<Packet>();
  packet->number = static_cast<uint32_t>(std::stoul(std::string(control, control_size)));
  packet->size = size;
  packet->bytes.reset(const_cast<uint8_t*>(data), hiai::Graph::ReleaseDataBuffer);
  return packet;
}

struct Note {
  std::string text;
};

template <class Archive>
void serialize(Archive& archive, Note& note) {
  archive(note.text);
}
