package org.dicomgateway.dicom.synthetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Layers over a background, painted row by row. A picture of any size needs only the memory of one row.
 *
 * <p>It uses only arithmetic that IEEE 754 defines exactly (no sine, no logarithm). So a picture is the same on every
 * machine.
 */
final class Picture {

    private final int ground;
    private final List<Layer> layers = new ArrayList<>();

    private Picture(int ground) {
        this.ground = ground;
    }

    static Picture on(int ground) {
        return new Picture(ground);
    }

    Picture ellipse(double x, double y, double rx, double ry, int ink) {
        layers.add(new Layer.Ellipse(x, y, rx, ry, ink));
        return this;
    }

    Picture box(double x, double y, double rx, double ry, int ink) {
        layers.add(new Layer.Box(x, y, rx, ry, ink));
        return this;
    }

    Picture fan(double y, double radius, double slope, int ink) {
        layers.add(new Layer.Fan(y, radius, slope, ink));
        return this;
    }

    /** A bar of eight equal steps along the lower edge, from one grey to another, to check the display window. */
    Picture steps(int from, int to) {
        for (int step = 0; step < 8; step++) {
            box(-0.7 + 0.2 * step, 0.92, 0.1, 0.04, from + (to - from) * step / 7);
        }
        return this;
    }

    Picture caption(String text, int ink) {
        layers.add(new Layer.Caption(text, ink));
        return this;
    }

    void paint(int row, Matrix matrix, int[] inks) {
        Arrays.fill(inks, ground);
        for (Layer layer : layers) {
            layer.paint(row, matrix, inks);
        }
    }
}
