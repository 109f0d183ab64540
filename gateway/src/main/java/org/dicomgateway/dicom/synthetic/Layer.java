package org.dicomgateway.dicom.synthetic;

import java.util.Arrays;

/**
 * A flat shape that covers the layers below it. Coordinates are in units of half the shorter side of the image, from
 * its centre, x to the right and y down. So a circle is a circle in any matrix.
 */
sealed interface Layer {

    /** Paints the part of this layer that lies in one row of the image. */
    void paint(int row, Matrix matrix, int[] inks);

    /** A layer that covers one interval in each row. */
    sealed interface Shape extends Layer {
        int ink();

        /** The middle of the interval at height {@code y}. */
        double middle(double y);

        /** Half the length of the interval at height {@code y}; negative or NaN where there is none. */
        double reach(double y);

        @Override
        default void paint(int row, Matrix matrix, int[] inks) {
            double unit = Math.min(matrix.rows(), matrix.columns()) / 2.0;
            double y = (row + 0.5 - matrix.rows() / 2.0) / unit;
            double reach = reach(y);
            if (reach > 0) {
                double centre = matrix.columns() / 2.0 + middle(y) * unit;
                int from = clamp(centre - reach * unit, inks.length);
                int to = clamp(centre + reach * unit, inks.length);
                Arrays.fill(inks, from, Math.max(from, to), ink());
            }
        }

        private static int clamp(double column, int columns) {
            return (int) Math.max(0, Math.min(columns, Math.round(column)));
        }
    }

    /** An ellipse around (x, y) with half axes rx and ry. */
    record Ellipse(double x, double y, double rx, double ry, int ink) implements Shape {
        @Override
        public double middle(double at) {
            return x;
        }

        @Override
        public double reach(double at) {
            double dy = (at - y) / ry;
            return rx * Math.sqrt(1 - dy * dy);
        }
    }

    /** A rectangle around (x, y), 2 rx wide and 2 ry high. */
    record Box(double x, double y, double rx, double ry, int ink) implements Shape {
        @Override
        public double middle(double at) {
            return x;
        }

        @Override
        public double reach(double at) {
            return Math.abs(at - y) < ry ? rx : -1;
        }
    }

    /** A sector that opens downwards from (0, y), as a curved ultrasound probe shows it. */
    record Fan(double y, double radius, double slope, int ink) implements Shape {
        @Override
        public double middle(double at) {
            return 0;
        }

        @Override
        public double reach(double at) {
            double depth = at - y;
            return Math.min(slope * depth, Math.sqrt(radius * radius - depth * depth));
        }
    }

    /** Digits and dashes in the upper left corner, about a tenth of the shorter side high. */
    record Caption(String text, int ink) implements Layer {
        private static final String SIGNS = "0123456789-";
        private static final int WIDTH = 3;
        private static final int HEIGHT = 5;
        /** Each character has 5 rows of 3 dots, with the first row in the highest bits. */
        private static final int[] GLYPHS = {
            0b111_101_101_101_111,
            0b010_110_010_010_111,
            0b111_001_111_100_111,
            0b111_001_111_001_111,
            0b101_101_111_001_001,
            0b111_100_111_001_111,
            0b111_100_111_101_111,
            0b111_001_010_010_010,
            0b111_101_111_101_111,
            0b111_101_111_001_111,
            0b000_000_111_000_000
        };

        @Override
        public void paint(int row, Matrix matrix, int[] inks) {
            int dot = Math.max(1, Math.min(matrix.rows(), matrix.columns()) / 56);
            int line = Math.floorDiv(row - 2 * dot, dot);
            if (line < 0 || line >= HEIGHT) {
                return;
            }
            for (int i = 0; i < text.length(); i++) {
                int dots = GLYPHS[SIGNS.indexOf(text.charAt(i))] >> (WIDTH * (HEIGHT - 1 - line));
                for (int x = 0; x < WIDTH; x++) {
                    int from = dot * (2 + i * (WIDTH + 1) + x);
                    if ((dots >> (WIDTH - 1 - x) & 1) == 1 && from < inks.length) {
                        Arrays.fill(inks, from, Math.min(from + dot, inks.length), ink);
                    }
                }
            }
        }
    }
}
