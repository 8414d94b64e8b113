// What the camera side sends to the reader. Registered wherever it is used.
#ifndef PLATES_PLATE_IMAGE_H_
#define PLATES_PLATE_IMAGE_H_

#include "error_code.h"
#include "hiaiengine/data_type_reg.h"

struct PlateImage {
  uint32_t number;
  bool readable;
  string camera;
  vector<uint8_t> pixels;
};

template <class Archive>
void serialize(Archive& ar, PlateImage& image) {
  ar(image.number, image.readable, image.camera, image.pixels);
}

HIAI_REGISTER_DATA_TYPE("PlateImage", PlateImage);

#endif
