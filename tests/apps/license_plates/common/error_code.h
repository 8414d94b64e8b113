// Our own error codes; every file of the project includes this.
#ifndef PLATES_ERROR_CODE_H_
#define PLATES_ERROR_CODE_H_

#include "hiaiengine/status.h"

#define MODID_PLATES 0x6001

enum {
  PLATES_INFO_CODE = 0,
  PLATES_WARNING_CODE,
  PLATES_BAD_IMAGE_CODE,
  PLATES_NO_ORDER_CODE,
};
HIAI_DEF_ERROR_CODE(MODID_PLATES, HIAI_INFO, PLATES_INFO, "plates: for your information");
HIAI_DEF_ERROR_CODE(MODID_PLATES, HIAI_WARNING, PLATES_WARNING, "plates: please look");
HIAI_DEF_ERROR_CODE(MODID_PLATES, HIAI_ERROR, PLATES_BAD_IMAGE, "plates: image unreadable");
HIAI_DEF_ERROR_CODE(MODID_PLATES, HIAI_ERROR, PLATES_NO_ORDER, "plates: order is empty");

#endif
