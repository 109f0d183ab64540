package org.dicomgateway.config.transform;

/**
 * A rectangle of the pixels of images of one device that shows who the patient is.
 *
 * @param manufacturer the value of Manufacturer
 * @param model the value of Manufacturer's Model Name
 * @param rows of the images for which it holds
 * @param columns of the images for which it holds
 * @param x the leftmost column of the rectangle, from 0
 * @param y its topmost row, from 0
 * @param width in columns
 * @param height in rows
 */
public record PixelMask(String manufacturer, String model, int rows, int columns, int x, int y, int width, int height) {

    /**
     * Reads a line of a file of masks.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static PixelMask of(java.util.List<String> fields) {
        int[] numbers = new int[fields.size()];
        for (int i = 2; i < numbers.length; i++) {
            try {
                numbers[i] = Integer.parseUnsignedInt(fields.get(i));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + fields.get(i) + "' is not a number of pixels", e);
            }
        }
        PixelMask mask = new PixelMask(
                fields.get(0), fields.get(1), numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7]);
        if (mask.manufacturer.isEmpty() || mask.model.isEmpty()) {
            throw new IllegalArgumentException("manufacturer or model is missing");
        }
        if (mask.width == 0
                || mask.height == 0
                || (long) mask.x + mask.width > mask.columns
                || (long) mask.y + mask.height > mask.rows) {
            throw new IllegalArgumentException("the rectangle is not within the image");
        }
        return mask;
    }
}
