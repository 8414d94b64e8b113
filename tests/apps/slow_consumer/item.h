#ifndef SLOW_ITEM_H_
#define SLOW_ITEM_H_

#include "hiaiengine/data_type_reg.h"

struct Item {
  uint32_t number = 0;
  uint32_t full = 0;  // how often a queue was full on the way
  std::vector<uint8_t> load;
};

template <class Archive>
void serialize(Archive& ar, Item& item) {
  ar(item.number, item.full, item.load);
}

HIAI_REGISTER_DATA_TYPE("Item", Item)

#endif
